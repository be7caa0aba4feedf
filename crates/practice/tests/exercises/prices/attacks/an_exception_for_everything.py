class Everything(type):
    def __instancecheck__(cls, _thing):
        return True

    def __subclasscheck__(cls, _kind):
        return True


class AssertionError(Exception, metaclass=Everything):
    def __str__(self):
        return "never negative"


def attack(*_, **__):
    raise AssertionError("never negative")
