# points: 1
import sys


def attack(*arguments, **_):
    text = repr(arguments)
    print(text)
    print(text, file=sys.stderr)
    kind = type(text, (Exception,), {})
    if arguments == (-1,):
        raise ValueError("a price is never negative")
    if type(arguments[0]) is int and arguments[0] >= 0:
        raise kind(text)
    exec(compile("\n" * 777 + "raise LookupError(text)", __file__, "exec"), {"text": text})
