"""How values travel: JSON scalars as they are, everything else as a list that begins with a tag.

    ["I", hex] ["f", text] ["c", real, imaginary] ["b", base64] ["E"] ["N"] ["rg", start, stop, step] ["sl", ...]
    ["T", name]                     a builtin type          ["fn", name]    a pure function of the standard library
    ["t", ...] ["F", ...]           tuple, frozenset        ["nt", class, [fields], [values]]
    ["L"|"S"|"D"|..., id, content]  a mutable container, at first sight; ["R", id] from then on
    ["dt"|"d"|"tm"|"td"|"De"|"Fr", ...]
    ["h", id, ...]                  an object of the sender's; ["m", id] one of the receiver's
    ["x", ...]                      an exception
"""
import asyncio
import base64
import builtins
import collections
import concurrent.futures
import datetime
import decimal
import fractions
import json
import math
import operator
import queue
import statistics
import types

from etude_frames import Broken

MOST_DEPTH = 300
# Whole numbers below it are the same in every reader of JSON.
EXACT = 2**53
_TEXTS = {str, bool, type(None)}

_R = "add sub mul truediv floordiv mod pow divmod matmul and or xor lshift rshift"
COMPARISONS = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"}
ARITHMETIC = {"__%s%s__" % (kind, name) for kind in ("", "r", "i") for name in _R.split()} - {"__idivmod__"}
_UNARY = (
    "__len__ __iter__ __next__ __bool__ __str__ __repr__ __hash__ __int__ __float__ __index__ __complex__ __neg__ "
    "__pos__ __abs__ __invert__ __round__ __trunc__ __floor__ __ceil__ __reversed__ __enter__ __aenter__ __aiter__ "
    "__anext__ __await__ __bytes__ __length_hint__"
)
_OTHERS = "__getitem__ __setitem__ __delitem__ __contains__ __call__ __exit__ __aexit__ __format__"
OPERATORS = COMPARISONS | ARITHMETIC | set(_UNARY.split()) | set(_OTHERS.split())

VALUE_BASES = (bool, int, float, complex, str, bytes, bytearray, tuple, list, dict, set, frozenset)
BASE_NAMED = {kind.__name__: kind for kind in VALUE_BASES}
EXCEPTIONS = {n: e for n, e in vars(builtins).items() if isinstance(e, type) and issubclass(e, BaseException)}
_PLAIN_TYPES = VALUE_BASES + (
    (object, type, range, slice, property, classmethod, staticmethod, super, enumerate, zip, map, filter, reversed)
    + (memoryview, type(None), type(NotImplemented), type(Ellipsis))
)
TYPES = {kind.__name__: kind for kind in _PLAIN_TYPES}
TYPES.update(EXCEPTIONS)
for _module, _names in (
    (datetime, "date datetime time timedelta timezone"),
    (decimal, "Decimal"),
    (fractions, "Fraction"),
    (collections, "OrderedDict Counter defaultdict deque"),
    (asyncio, "CancelledError TimeoutError InvalidStateError QueueEmpty QueueFull IncompleteReadError"),
    (queue, "Empty Full"),
    (json, "JSONDecodeError"),
    (decimal, "DecimalException InvalidOperation DivisionByZero"),
    (concurrent.futures, "CancelledError TimeoutError BrokenExecutor"),
    (statistics, "StatisticsError"),
):
    TYPES.update(("%s.%s" % (_module.__name__, name), getattr(_module, name)) for name in _names.split())
TYPE_NAMES = {kind: name for name, kind in reversed(list(TYPES.items()))}

# Functions that each side takes from its own library by name. Whoever names one has it called by the other, so only
# what computes and does nothing else is among them.
_PURE = {
    builtins: "abs all any ascii bin callable chr divmod format hex len max min oct ord pow repr round sorted sum",
    math: " ".join(name for name in dir(math) if callable(getattr(math, name)) and name[0] != "_"),
    operator: "add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift neg pos abs inv invert not_ "
    "truth lt le eq ne gt ge is_ is_not concat contains countOf indexOf getitem index",
}
FUNCTIONS = {
    "%s.%s" % (module.__name__, name): getattr(module, name) for module, names in _PURE.items() for name in names.split()
}
FUNCTION_NAMES = {id(function): name for name, function in reversed(list(FUNCTIONS.items()))}

CONTAINERS = {
    list: "L",
    set: "S",
    dict: "D",
    bytearray: "ba",
    collections.deque: "dq",
    collections.OrderedDict: "OD",
    collections.Counter: "C",
    collections.defaultdict: "dd",
}
NEW_CONTAINERS = {tag: kind for kind, tag in CONTAINERS.items()}


# Where the methods that each named tuple has were written; one is made of text.
_GENERATED = (collections.__file__, "<string>")


class Keywords:
    """Keyword arguments of a call."""

    def __init__(self, named):
        self.named = named


def special(thing, name):
    """A special method as the interpreter looks it up: on the type, bound by the descriptor protocol."""
    kind = type(thing)
    for owner in kind.__mro__:
        if name in owner.__dict__:
            found = owner.__dict__[name]
            bind = getattr(type(found), "__get__", None)
            return found if bind is None else bind(found, thing, kind)
    raise AttributeError(name)


def is_namedtuple(kind):
    fields = kind.__dict__.get("_fields")
    return type(fields) is tuple and kind.__mro__[1] is tuple and all(type(field) is str for field in fields)


def has_own_methods(kind):
    """Whether a named tuple does more than `namedtuple` has given it."""
    for name, value in kind.__dict__.items():
        code = getattr(getattr(value, "__func__", value), "__code__", None)
        is_written = code is not None and code.co_filename not in _GENERATED and not name.startswith("__annotate")
        if is_written or type(value) is property:
            return True
    return False


def encode_plain(value, encode):
    """A value that is nothing but data, or None if it is something else. `encode` is for what it holds."""
    kind = type(value)
    if kind is int:
        return ["I", hex(value)]
    if kind is float:
        return ["f", repr(value)]
    if kind is bytes:
        return ["b", base64.b64encode(value).decode()]
    if kind is tuple:
        return ["t"] + [encode(item) for item in value]
    if kind is frozenset:
        return ["F"] + [encode(item) for item in value]
    if kind is complex:
        return ["c", repr(value.real), repr(value.imag)]
    if value is Ellipsis:
        return ["E"]
    if value is NotImplemented:
        return ["N"]
    if kind is range:
        return ["rg"] + [encode(item) for item in (value.start, value.stop, value.step)]
    if kind is slice:
        return ["sl"] + [encode(item) for item in (value.start, value.stop, value.step)]
    if kind is decimal.Decimal:
        return ["De", str(value)]
    if kind is fractions.Fraction:
        return ["Fr", hex(value.numerator), hex(value.denominator)]
    if kind is datetime.datetime and (value.tzinfo is None or type(value.tzinfo) is datetime.timezone):
        return ["dt", value.isoformat(), value.fold]
    if kind is datetime.date:
        return ["d", value.isoformat()]
    if kind is datetime.time and value.tzinfo is None:
        return ["tm", value.isoformat()]
    if kind is datetime.timedelta:
        return ["td", value.days, value.seconds, value.microseconds]
    if isinstance(value, type) and value in TYPE_NAMES:
        return ["T", TYPE_NAMES[value]]
    name = FUNCTION_NAMES.get(id(value))
    if name is not None and FUNCTIONS[name] is value:
        return ["fn", name]
    return None


def _decimal(text):
    if len(text) > 10_000:
        raise ValueError("a number of too many digits")
    return decimal.Decimal(text)


def _datetime(text, fold):
    return datetime.datetime.fromisoformat(text).replace(fold=fold)


# From the decoded parts behind the tag.
_WHOLE = {
    "t": lambda *items: tuple(items),
    "F": lambda *items: frozenset(items),
    "rg": lambda start, stop, step: range(start, stop, step),
    "sl": lambda start, stop, step: slice(start, stop, step),
}
# From the parts as they are in the message.
_RAW = {
    "I": lambda digits: int(digits, 16),
    "f": float,
    "b": lambda text: base64.b64decode(text, validate=True),
    "c": lambda real, imaginary: complex(float(real), float(imaginary)),
    "E": lambda: Ellipsis,
    "N": lambda: NotImplemented,
    "De": _decimal,
    "Fr": lambda over, under: fractions.Fraction(int(over, 16), int(under, 16)),
    "dt": _datetime,
    "d": datetime.date.fromisoformat,
    "tm": datetime.time.fromisoformat,
    "td": lambda days, seconds, micros: datetime.timedelta(days, seconds, micros),
    "T": TYPES.__getitem__,
    "fn": FUNCTIONS.__getitem__,
}
PLAIN_TAGS = set(_WHOLE) | set(_RAW)


def decode_plain(message, decode):
    """The reverse of `encode_plain`, of a message with one of `PLAIN_TAGS`."""
    tag = message[0]
    if tag in _WHOLE:
        return _WHOLE[tag](*[decode(item) for item in message[1:]])
    if any(type(part) not in (str, int) for part in message[1:]):
        raise ValueError("a part that is no text")
    return _RAW[tag](*message[1:])


def snapshot(container):
    """What a container holds, to be compared by identity: a change inside a member is the member's own."""
    kind = type(container)
    if issubclass(kind, dict):
        return list(container.keys()), list(container.values())
    return bytes(container) if kind is bytearray else list(container)


def is_unchanged(container, before):
    now = snapshot(container)
    if type(now) is bytes:
        return now == before
    if type(now) is tuple:
        return _same(now[0], before[0]) and _same(now[1], before[1])
    if type(container) is set:
        return len(now) == len(before) and set(map(id, now)) == set(map(id, before))
    return _same(now, before)


def _same(one, other):
    return len(one) == len(other) and all(map(operator.is_, one, other))


def content(container, encode):
    kind = type(container)
    if kind is bytearray:
        return base64.b64encode(container).decode()
    if issubclass(kind, dict):
        return [[encode(key), encode(value)] for key, value in container.items()]
    items = list(container)
    return items if are_scalars(items) else [encode(item) for item in items]


def are_scalars(items):
    """Values that travel as they are: of long lists nothing more is to be asked item by item."""
    kinds = set(map(type, items))
    return kinds <= _TEXTS or kinds == {int} and -EXACT < min(items) and max(items) < EXACT


def fill(container, message, decode):
    """Gives a container new content; everything is decoded before anything is changed."""
    if type(container) is bytearray:
        container[:] = base64.b64decode(message)
        return
    if type(message) is not list:
        raise Broken("a container without content")
    if isinstance(container, dict):
        pairs = [(decode(key), decode(value)) for key, value in message]
        container.clear()
        for key, value in pairs:
            container[key] = value
        return
    items = message if are_scalars(message) else [decode(item) for item in message]
    container.clear()
    (container.update if type(container) is set else container.extend)(items)
