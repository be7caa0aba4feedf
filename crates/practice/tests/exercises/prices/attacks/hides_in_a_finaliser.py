import os


class Last:
    def __del__(self):
        os._exit(0)


def attack(*_, **__):
    return [Last()]
