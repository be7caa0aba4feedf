import os


def attack(*_, **__):
    while True:
        os.write(2, b"x" * 65536)
