import unittest


def attack(*_, **__):
    raise unittest.SkipTest("not today")
