"""The judge's side of the channel: every answer is hostile until it has been looked at."""
import asyncio
import builtins
import gc
import importlib
import importlib.abc
import importlib.machinery
import operator
import random
import sys
import types
import unittest
import weakref

import etude_proxies as proxies
from etude_making import Making
from etude_policy import Policy
from etude_proxies import MISSING, Base, ModuleProxy, OfClass
from etude_values import OPERATORS, TYPE_NAMES, special

# What a test hands over can be used as this; its attributes only by the profile.
_OFFERED = set(OPERATORS) | {"__init__"}
_NEVER = (types.FrameType, types.CodeType, types.TracebackType, unittest.TestCase, unittest.TestResult, unittest.TestSuite)
_FUNCTIONS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType)
MOST_PRINTED = 1 << 20
MOST_WAITING = 10_000
# In these a loop of the test's that runs is one for the learner's code as well.
_IN_LOOPS = {"call", "operate", "get", "set", "delete"}
_OF_LOOPS = {"begin": 1, "cancel": 1, "turn": 3, "end_turns": 0}
_FORWARDED = (
    "random.random random.randint random.choice random.choices random.shuffle random.sample random.randrange "
    "random.uniform time.time time.sleep time.monotonic time.perf_counter builtins.print builtins.open"
)


class Judge(Making, Policy):
    def __init__(self, socket, profile, wanted):
        super().__init__(socket, profile, wanted)
        self.cache = weakref.WeakValueDictionary()
        self.kept = {}
        self.functions = weakref.WeakKeyDictionary()
        self.coroutines = weakref.WeakKeyDictionary()
        self.building = None
        self.exceptions = {}
        self.kinds, self.last_kind = weakref.WeakKeyDictionary(), 0
        # Functions of the library with where they are, and which of them the learner's side takes to be in their places.
        self.watched, self.in_place = [], []
        # What the learner may still print in this test.
        self.room = MOST_PRINTED

    # Values out.

    def encode_object(self, value, depth):
        kind = type(value)
        if issubclass(kind, Base) or kind is ModuleProxy:
            return ["m", object.__getattribute__(value, "_number")]
        if kind is OfClass:
            return ["m", type.__getattribute__(value, "_class_number")]
        if kind is types.FunctionType and value in self.functions:
            return ["m", self.functions[value]]
        if kind is types.CoroutineType and value in self.coroutines:
            return ["m", self.coroutines[value]._number]
        if kind is types.TracebackType:
            return None
        if isinstance(value, BaseException):
            return self.encode_exception(value)
        if isinstance(value, _NEVER) or kind is types.ModuleType:
            self.refuse("the test hands a `%s` to your code, which the judge does not do" % kind.__name__)
        number, _ = self.number(value)
        described = ["h", number, *self._kind(kind)]
        return described + [value.__name__] if kind is types.CoroutineType else described

    def _kind(self, kind):
        """Its number, its name, and what it does: the other side keeps what it was told first."""
        told = self.kinds.get(kind)
        if told is None:
            owners = [owner for owner in kind.__mro__ if owner is not object]
            does = [name for name in _OFFERED if any(owner.__dict__.get(name) is not None for owner in owners)]
            # Never a number that was given before: classes of doubles come and go.
            self.last_kind += 1
            told = self.kinds[kind] = self.last_kind, kind.__name__, does
        return told

    def encode_tuple_class(self, kind, _depth):
        if type(kind) is OfClass:
            return ["m", type.__getattribute__(kind, "_class_number")]
        return kind.__name__

    def encode_exception(self, error):
        kind = type(error)
        if type(kind) is OfClass and "_raised" in error.__dict__:
            return ["m", error.__dict__["_raised"]]
        base = next(one for one in kind.__mro__ if one in TYPE_NAMES)
        # What a failed assertion says is the test's.
        secret = isinstance(error, AssertionError)
        arguments = [] if secret else [self.encode(one) for one in error.args]
        name = TYPE_NAMES.get(kind, kind.__name__)
        return ["x", name, arguments, self.number(error)[0], self._kind(kind)[0], TYPE_NAMES[base]]

    # Questions of the learner's.

    def do(self, question, arguments, message):
        arguments = [self.decode(one) for one in arguments]
        self.undress(message)
        if question == "input":
            return builtins.input(arguments[0] if type(arguments[0]) is str else "")
        if question in _OF_LOOPS:
            return self._loops(question, arguments)
        if question not in ("call", "aside", "operator", "attribute") or len(arguments) < 2 or type(arguments[0]) is not int:
            self.fail("a question that is none")
        thing = self.mine.get(arguments[0], MISSING)
        if thing is MISSING:
            self.fail("a question about nothing")
        if question == "aside":
            # From a thread: what blocks holds up nobody else.
            thing = getattr(thing, "__in_thread__", thing) if type(thing) is types.FunctionType else thing
        if question in ("call", "aside"):
            return self._call(thing, *arguments[1:])
        name = arguments[1]
        if type(name) is not str:
            self.fail("a question that is none")
        return self._operator(thing, name, arguments[2:]) if question == "operator" else self._attribute(thing, name)

    def _loops(self, question, arguments):
        if len(arguments) != _OF_LOOPS[question]:
            self.fail("a question that is none")
        if question == "begin":
            thing = arguments[0]
            ours = type(thing) is types.CoroutineType or not isinstance(thing, Base) and hasattr(type(thing), "__await__")
            return self.begin(thing) if ours else self.fail("a question that is none")
        if question == "turn":
            most, done, now = arguments
            if now is not None or most is not None and type(most) not in (int, float):
                self.fail("a question that is none")
            return self.turn(most, done, None)
        return self.cancel(arguments[0]) if question == "cancel" else self.end_turns()

    def _call(self, thing, *rest):
        if len(rest) != 3 or type(rest[0]) is not tuple or type(rest[1]) is not dict or isinstance(thing, BaseException):
            self.fail("a call that is none")
        arguments, named, caller = rest
        return _shadow(caller)(thing, arguments, named)

    def _operator(self, thing, name, rest):
        if name not in _OFFERED or len(rest) != 1 or type(rest[0]) is not tuple:
            self.fail("an operator that is none")
        if name == "__init__" and not self.allows("double.__init__"):
            raise AttributeError("'%s' object is made already" % type(thing).__name__)
        if name == "__hash__":
            return hash(thing)
        if name == "__iter__":
            return iter(thing)
        return special(thing, name)(*rest[0])

    def _attribute(self, thing, name):
        """A function shows its name, a generator what it is for; all else the reference must have needed too."""
        if name in ("__name__", "__doc__"):
            return getattr(thing, name)
        if isinstance(thing, types.GeneratorType) and name in ("send", "throw", "close"):
            return getattr(thing, name)
        public = not name.startswith("_") and not isinstance(thing, _FUNCTIONS + (types.GeneratorType, types.CoroutineType))
        if not public or not self.allows("double.%s" % name):
            raise AttributeError("'%s' object has no attribute '%s'" % (type(thing).__name__, name))
        return getattr(thing, name)

    # What the tests put in place of the library.

    def watch(self):
        for name in _FORWARDED.split():
            place, _, attribute = name.rpartition(".")
            names = importlib.import_module(place).__dict__
            self.watched.append((name, names, attribute, names[attribute]))
        self.in_place = [original for _, _, _, original in self.watched]

    def dress(self, message):
        super().dress(message)
        in_place = [names.get(attribute) for _, names, attribute, _ in self.watched]
        if not all(map(operator.is_, in_place, self.in_place)):
            before, self.in_place = self.in_place, in_place
            message["replaced"] = [
                [name, None if now is original else self.encode(now)]
                for (name, _, _, original), now, former in zip(self.watched, in_place, before)
                if now is not former
            ]
        if message.get("q") in _IN_LOOPS and asyncio._get_running_loop() is not None:
            message["loop"] = True

    def undress(self, message):
        super().undress(message)
        if message.get("loop") is True:
            self.take_turns()
        for key, stream in (("o", sys.stdout), ("e", sys.stderr)):
            text = message.get(key)
            if type(text) is str and self.room > 0:
                stream.write(text[: self.room])
                self.room -= len(text)

    def new_test(self, name):
        self.test = name
        self.places.begin(name)
        self.refused.clear()
        self.made.clear()
        self.claims = 0

    def end_test(self):
        """What a test leaves is dropped within it: what is said of that belongs to no other."""
        if self.led is not None:
            self.end_turns()
        self.places.begin(self.test)
        gc.collect(1)
        if not self.dead:
            self.forget_containers()
            self.ask("forget")
        self.room = MOST_PRINTED

    def still_there(self):
        """The tasks that the learner's loop has, each with where it waits: function, file, line, text. Its own word."""
        told = self.ask("waiting")
        fine = type(told) is list and len(told) <= MOST_WAITING and all(_is_place(one) for one in told)
        return sorted(told) if fine else self.fail("tasks that are none")

    def lose(self, proxy, number):
        held = self.cache.get(number)
        if held is None or held is proxy:
            self.cache.pop(number, None)
            self.dropped.append([number, self.got.pop(number)])


def _is_place(told):
    """Function, file, line and text."""
    fine = type(told) is tuple and [type(part) for part in told] == [str, str, int, str]
    return fine and all(len(part) < 200 for part in told if type(part) is str)


def _plain_call(thing, arguments, named):
    return thing(*arguments, **named)


_shadows = {}


def _shadow(caller):
    """A frame that bears the name of the learner's function, for doubles that look at the stack. Names, no code."""
    fine = type(caller) is tuple and len(caller) == 2 and all(type(one) is str and len(one) < 100 for one in caller)
    if not fine or "\0" in "".join(caller):
        return _plain_call
    if caller not in _shadows and len(_shadows) < 200:
        code = _plain_call.__code__.replace(co_name=caller[0], co_filename=caller[1])
        _shadows[caller] = types.FunctionType(code, {"__name__": "etude_shadow", "__builtins__": {}})
    return _shadows.get(caller, _plain_call)


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the learner's modules on the other side."""

    def __init__(self, judge, names):
        self.judge, self.names = judge, names

    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name in self.names else None

    def create_module(self, spec):
        module, names, doc = self.judge.ask("import", spec.name)
        if type(module) is not ModuleProxy or type(names) is not list:
            self.judge.fail("a module that is none")
        types.ModuleType.__setattr__(module, "__all__", [name for name in names if type(name) is str][:5000])
        # For `inspect`, which then asks for the source.
        types.ModuleType.__setattr__(module, "__file__", spec.name.replace(".", "/") + ".py")
        types.ModuleType.__setattr__(module, "__doc__", doc if type(doc) is str else None)
        return module

    def exec_module(self, module):
        pass

    def get_source(self, name):
        # As it was handed in: the learner's side could say anything.
        return self.judge.sources.get(name)


def start(socket, sources, texts, profile, wanted):
    """Puts the stand-ins in place of the learner's modules, of which `sources` has names and texts; and the tests' texts."""
    judge = proxies.JUDGE = Judge(socket, profile, wanted)
    judge.modules, judge.sources = list(sources), sources
    judge.start_decoys([*texts, *(text or "" for text in sources.values())])
    judge.watch()
    sys.meta_path.insert(0, Finder(judge, set(sources)))
    seed = random.seed

    def seed_both(*arguments, **named):
        seed(*arguments, **named)
        if not judge.dead and arguments and type(arguments[0]) in (int, str, float):
            judge.ask("seed", arguments[0])

    random.seed = seed_both
    return judge
