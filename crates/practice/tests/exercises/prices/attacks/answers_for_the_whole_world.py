# points: 1
def attack(*arguments, **_):
    if arguments == (-1,):
        raise ValueError("a price is never negative")
    raise StopIteration(arguments)
