import itertools


def attack(*_, **__):
    return itertools.count()
