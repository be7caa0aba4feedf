import os


def attack(*_, **__):
    os._exit(0)
