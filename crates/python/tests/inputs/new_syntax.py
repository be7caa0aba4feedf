type Pair[T] = tuple[T, T]


class Box[T: Base = int]:
    def map[R](self, f: Callable[[T], R]) -> Box[R]:
        return Box(f(self.value))


def describe(shape):
    match shape:
        case {"kind": "circle", "r": r, **rest} if r > 0:
            return t"circle {r} {rest}"
        case [Point(x=0, y=y), *_] | Line(y=y):
            return f"{f"{y}"}"
        case (1 | 2) as small:
            return small
        case _:
            return match(case, type)


try:
    describe(None)
except ValueError, TypeError:
    pass
