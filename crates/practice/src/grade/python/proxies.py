"""What the tests see in place of the learner's classes, objects and modules.

The rule: the learner's code is never shown a value that a test expects. So plain data is compared here, and an
operator with plain data on its other side is refused, unless the reference needs it (see `etude_policy`).
"""
import types

from etude_values import ARITHMETIC, BASE_NAMED, COMPARISONS, OPERATORS, Keywords

JUDGE = None
MISSING = object()
# Names the proxies keep for themselves.
OWN = {"_number", "_class_number", "_does", "_class_does", "_base", "_enum", "_value", "_named", "_own"}
_SET_HERE = {"__module__", "__qualname__", "__name__", "__abstractmethods__", "__doc__"}
_NOT_DATA = {"__module__", "__qualname__", "__doc__", "__classcell__", "__annotations__"}


def plain(proxy):
    """The value that an instance of a builtin's subclass was committed to when it came, or MISSING."""
    value = proxy._value
    if value is MISSING:
        return value
    kind = BASE_NAMED[type(proxy)._base]
    return kind(value) if kind in (list, dict, set) else value


class OfClass(type):
    """The class of the learner's classes."""

    def __init__(cls, name, bases, names, **_named):
        if JUDGE is None or "_class_number" in names or bases == (Proxy,):
            return
        if any(type(base) is OfClass for base in bases):
            _derive(cls, name, bases, names)

    def __call__(cls, *arguments, **named):
        return JUDGE.make(cls, arguments, named)

    def __getattr__(cls, name):
        if name in OWN:
            raise AttributeError(name)
        return JUDGE.attribute(cls, name)

    def __setattr__(cls, name, value):
        if name in OWN or name in _SET_HERE or JUDGE is not None and JUDGE.building is cls:
            return type.__setattr__(cls, name, value)
        JUDGE.ask("set", cls, name, value)

    def __delattr__(cls, name):
        JUDGE.ask("delete", cls, name)

    def __dir__(cls):
        return JUDGE.ask("dir", cls)

    def __iter__(cls):
        if "__iter__" not in cls._class_does:
            raise TypeError("'type' object is not iterable")
        return iter(JUDGE.ask("operate", cls, "__iter__", ()))

    def __len__(cls):
        if "__len__" not in cls._class_does:
            raise TypeError("object of type 'type' has no len()")
        return JUDGE.ask("operate", cls, "__len__", ())

    def __bool__(cls):
        return True

    def __getitem__(cls, key):
        return JUDGE.ask("operate", cls, "__getitem__", (key,))

    def __contains__(cls, wanted):
        return any(wanted is member or wanted == member for member in cls)

    def __repr__(cls):
        if "__repr__" in cls._class_does:
            return JUDGE.ask("operate", cls, "__repr__", ())
        return "<class '%s.%s'>" % (cls.__module__, cls.__qualname__)


def _derive(cls, name, bases, names):
    """Tells the learner's side of a class that a test derives from one of the learner's."""
    functions, data = {}, {}
    for key, value in names.items():
        if type(value) is types.FunctionType:
            functions[key] = ("plain", value)
        elif type(value) in (staticmethod, classmethod):
            functions[key] = ("static" if type(value) is staticmethod else "class", value.__func__)
        elif type(value) is property:
            functions[key] = ("property", value.fget)
        elif key not in _NOT_DATA and not key.startswith("__"):
            data[key] = value
    JUDGE.building = cls
    try:
        JUDGE.ask("subclass", name, bases, functions, data)
    finally:
        JUDGE.building = None


class Base:
    """What every stand-in for an object can do; the operators of its class are added to the class."""

    __slots__ = ()

    def __getattr__(self, name):
        if name in OWN:
            raise AttributeError(name)
        return JUDGE.attribute(self, name)

    def __setattr__(self, name, value):
        JUDGE.ask("set", self, name, value)

    def __delattr__(self, name):
        JUDGE.ask("delete", self, name)

    def __dir__(self):
        return JUDGE.ask("dir", self)


class Proxy(Base):
    __slots__ = ("_number", "_value", "__weakref__")
    _base = None
    _enum = False
    _named = False
    _does = frozenset()
    _class_does = frozenset()
    # Operators that a class brings although it has a builtin's value.
    _own = frozenset()
    __dict__ = property(lambda self: JUDGE.ask("get", self, "__dict__"))

    def __copy__(self):
        return JUDGE.ask("copy", self, False)

    def __deepcopy__(self, memo):
        return JUDGE.ask("copy", self, True)

    def __del__(self):
        try:
            JUDGE.lose(self, self._number)
        except Exception:
            pass


    def __eq__(self, other):
        """Of a class that says nothing else: itself only."""
        if not is_theirs(other):
            return NotImplemented
        JUDGE.note_equality("__eq__", self, other, self is other)
        return True if self is other else NotImplemented

    __hash__ = object.__hash__


class ExceptionProxy(Base):
    """Only to name the learner's exception in a question."""

    __slots__ = ("_number",)

    def __init__(self, number):
        object.__setattr__(self, "_number", number)


def _call_method(proxy, name, *arguments):
    return JUDGE.ask("call", JUDGE.ask("get", proxy, name), arguments, Keywords({}))


class GeneratorProxy(Proxy):
    __slots__ = ()
    __class__ = property(lambda self: types.GeneratorType)

    def __iter__(self):
        return self

    def __next__(self):
        return JUDGE.ask("operate", self, "__next__", ())

    def send(self, value):
        return _call_method(self, "send", value)

    def throw(self, *error):
        return _call_method(self, "throw", *error)

    def close(self):
        if not JUDGE.dead:
            _call_method(self, "close")


class CoroutineProxy(Proxy):
    """What is awaited within a coroutine of this side's own."""

    __slots__ = ()

    def __await__(self):
        return JUDGE.wait_for(self)


class AsyncGeneratorProxy(Proxy):
    __slots__ = ()
    __class__ = property(lambda self: types.AsyncGeneratorType)

    def __aiter__(self):
        return self

    def __anext__(self):
        return JUDGE.ask("operate", self, "__anext__", ())


class ModuleProxy(types.ModuleType):
    def __getattr__(self, name):
        if name in ("__path__", "__file__", "__spec__", "__wrapped__", "__all__", "_number"):
            raise AttributeError(name)
        return JUDGE.attribute(self, name)

    def __setattr__(self, name, value):
        if name in ("__spec__", "__loader__", "__package__", "__file__", "__path__", "__cached__", "__all__", "__doc__"):
            return super().__setattr__(name, value)
        JUDGE.ask("set", self, name, value)

    def __delattr__(self, name):
        JUDGE.ask("delete", self, name)

    def __dir__(self):
        return JUDGE.ask("dir", self)


def is_theirs(thing):
    kind = type(thing)
    if issubclass(kind, Base) or type(kind) is OfClass or kind is OfClass:
        return True
    return kind is types.FunctionType and thing in JUDGE.functions


def is_by_value(proxy, name):
    """Whether an operator with plain data is that of the builtin value which an object was committed to."""
    if getattr(proxy, "_value", MISSING) is MISSING:
        return False
    return name not in type(proxy)._own or not JUDGE.may_ask(name)


def _equality(name):
    negative = name == "__ne__"

    def decide(self, other):
        mine = getattr(self, "_value", MISSING)
        if self is other and (type(self)._enum or mine is not MISSING):
            return not negative
        is_own = name in type(self)._own and JUDGE.compares_objects()
        if mine is not MISSING and not (is_own if is_theirs(other) else not is_by_value(self, name)):
            # Judged here, by what the object was committed to.
            theirs = other
            if is_theirs(other):
                theirs = plain(other) if getattr(other, "_value", MISSING) is not MISSING else MISSING
            if theirs is not MISSING:
                return (plain(self) == theirs) is not negative
        if is_theirs(other):
            return JUDGE.predicate(self, name, other)
        if type(self)._enum or other is None:
            # No object of the learner's equals these, so nobody is asked.
            return negative
        return JUDGE.with_plain(self, name, other)

    def compare(self, other):
        answer = decide(self, other)
        if is_theirs(other):
            JUDGE.note_equality(name, self, other, answer)
        return answer

    return compare


def _binary(name):
    def operate(self, other):
        if is_theirs(other):
            return JUDGE.predicate(self, name, other)
        if is_by_value(self, name):
            value = plain(self)
            method = getattr(type(value), name, None)
            return NotImplemented if method is None else method(value, other)
        return JUDGE.with_plain(self, name, other)

    return operate


def _contains(self, wanted):
    if is_by_value(self, "__contains__"):
        return wanted in plain(self)
    return JUDGE.predicate(self, "__contains__", wanted) if is_theirs(wanted) else JUDGE.with_plain(self, "__contains__", wanted)


def _call(self, *arguments, **named):
    return JUDGE.ask("call", self, arguments, Keywords(named))


def _hash(self):
    if getattr(self, "_value", MISSING) is not MISSING and not type(self)._enum and "__hash__" not in type(self)._own:
        value = plain(self)
        if type(value).__hash__ is not None:
            return hash(value)
    return JUDGE.ask("operate", self, "__hash__", ())


def _await(self):
    return JUDGE.wait_for(self)


_SPECIAL = {"__contains__": _contains, "__call__": _call, "__hash__": _hash, "__await__": _await}


def _operator(name):
    if name in ("__eq__", "__ne__"):
        operate = _equality(name)
    elif name in COMPARISONS or name in ARITHMETIC:
        operate = _binary(name)
    elif name in _SPECIAL:
        operate = _SPECIAL[name]
    else:

        def operate(self, *arguments):
            return JUDGE.ask("operate", self, name, arguments)

    operate.__name__ = name
    return operate


OPERATIONS = {name: _operator(name) for name in OPERATORS}
