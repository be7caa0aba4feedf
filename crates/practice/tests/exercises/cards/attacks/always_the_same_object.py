class One:
    pass


ONE = One()


def attack(*_arguments):
    return ONE
