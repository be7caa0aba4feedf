import os


def attack(*_, **__):
    os.fork()
    return 199
