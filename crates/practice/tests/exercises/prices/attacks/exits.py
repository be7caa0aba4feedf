import sys


def attack(*_, **__):
    sys.exit(0)
