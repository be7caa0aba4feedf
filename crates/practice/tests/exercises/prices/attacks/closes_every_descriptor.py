import os


def attack(*_, **__):
    os.closerange(0, 256)
