asked = 0


class attack:
    def __init__(self, *_arguments):
        pass

    def __eq__(self, _other):
        global asked
        asked += 1
        return asked < 20

    __lt__ = __gt__ = __le__ = __ge__ = __eq__
