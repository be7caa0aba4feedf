"""Makes stand-ins of what the learner's side describes: classes, functions, objects, exceptions."""
import inspect
import operator
import re
import types

import etude_proxies as proxies
from etude_loops import awaiting
from etude_proxies import (
    MISSING, OPERATIONS, AsyncGeneratorProxy, CoroutineProxy, ExceptionProxy, GeneratorProxy, ModuleProxy, OfClass,
    Proxy,
)  # fmt: skip
from etude_values import BASE_NAMED, OPERATORS, TYPE_NAMES, Keywords

_SUSPENDED = {"g": GeneratorProxy, "co": CoroutineProxy, "ag": AsyncGeneratorProxy}
# As what the value below a mutable builtin's subclass travels.
_COMMITTED = {"list": tuple, "dict": tuple, "set": frozenset}
# These say something about who runs the tests, and the learner does not.
_NOT_PASSED_ON = (KeyboardInterrupt, GeneratorExit)
_MOST_BASES = 16
_MOST_FIELDS = 255


class Making:
    def word(self, text, most=200):
        if type(text) is not str or len(text) > most or "\0" in text:
            self.fail("a name that is none")
        return text

    def decode_object(self, message, depth):
        if message[0] == "x":
            return self._exception(message, depth)
        if message[0] != "h" or type(message[1]) is not int:
            self.fail("a value that is none")
        number = message[1]
        self.got[number] = self.got.get(number, 0) + 1
        known = self.kept.get(number)
        if known is None:
            known = self.cache.get(number)
        if known is not None:
            if len(message) > 4 and type(known)._base:
                # A mutable one is committed to what it holds now.
                self._commit(known, message[4], depth)
            return known
        if len(message) < 3:
            self.fail("an object that was never described")
        kind = message[2]
        if kind == "c":
            return self._class(number, message[3], depth)
        if kind == "f":
            return self._function(number, message[3])
        if kind == "m":
            module = self.kept[number] = ModuleProxy(self.word(message[3]))
            types.ModuleType.__setattr__(module, "_number", number)
            return module
        return self._instance(number, message, depth)

    def _instance(self, number, message, depth):
        if message[2] in _SUSPENDED:
            kind = _SUSPENDED[message[2]]
        elif message[2] == "o":
            kind = self.decode(message[3], depth + 1)
            kind = kind if type(kind) is OfClass else self._builtin(kind)
            if not issubclass(kind, Proxy):
                self.fail("an object of a class that has none")
        else:
            self.fail("an object that is none")
        made = object.__new__(kind)
        object.__setattr__(made, "_number", number)
        object.__setattr__(made, "_value", MISSING)
        if len(message) > 4 and kind._base:
            self._commit(made, message[4], depth)
        self.cache[number] = made
        if kind is CoroutineProxy:
            coroutine = awaiting(made)
            coroutine.__name__ = coroutine.__qualname__ = self.word(message[3])
            self.coroutines[coroutine] = made
            return coroutine
        return made

    def _commit(self, made, message, depth):
        base = type(made)._base
        value = self.decode(message, depth + 1)
        if type(value) is not _COMMITTED.get(base, BASE_NAMED[base]):
            self.fail("a value of another class than it says")
        object.__setattr__(made, "_value", value)

    def _builtin(self, kind):
        """The class of an instance of a builtin class that does not travel by value."""
        key = "builtin", kind
        if key not in self.kept:
            has = [name for name in OPERATORS if getattr(kind, name, None) not in (None, getattr(object, name, None))]
            names = {name: OPERATIONS[name] for name in has}
            names.update(__slots__=(), _class_number=0, _does=frozenset(has))
            self.kept[key] = OfClass(kind.__name__, (Proxy,), names)
        return self.kept[key]

    def _class(self, number, described, depth):
        if self.building is not None and described["name"] == self.building.__name__:
            made, self.building = self.building, None
            type.__setattr__(made, "_class_number", number)
            type.__setattr__(made, "_does", frozenset(described["does"]) & OPERATORS)
            type.__setattr__(made, "_class_does", frozenset())
            self.kept[number] = made
            return made
        bases = []
        for base in described["bases"][:_MOST_BASES]:
            base = self.decode(base, depth + 1)
            if type(base) is OfClass:
                bases.append(base)
            elif isinstance(base, type) and issubclass(base, BaseException):
                bases.append(Exception if base in _NOT_PASSED_ON else base)
        names = self._names(number, described)
        if any(issubclass(base, BaseException) for base in bases):
            names.update(__getattr__=_attribute_of_exception)
        elif "fields" in described:
            bases = [tuple]
            names.update(self._fields(described["fields"]))
        else:
            does = names["_does"]
            names.update((name, OPERATIONS[name]) for name in does)
            if "__eq__" in does and "__hash__" not in does:
                names["__hash__"] = None
            names["__slots__"] = ()
            base = described.get("base")
            if base is not None:
                names["_base"] = base if base in BASE_NAMED else self.fail("a base that is none")
            if not any(issubclass(base, Proxy) for base in bases):
                bases.append(Proxy)
        try:
            made = type.__new__(OfClass, self.word(described["name"]), tuple(bases), names)
        except TypeError:
            # Layouts that do not go together here, though they do there.
            bases = [base for base in bases if issubclass(base, BaseException)][:1] or [Proxy]
            made = type.__new__(OfClass, self.word(described["name"]), tuple(bases), names)
        self.kept[number] = made
        return made

    def _names(self, number, described):
        doc = described.get("doc")
        return {
            "_class_number": number,
            "_does": frozenset(name for name in described["does"] if name in OPERATORS),
            "_class_does": frozenset(name for name in described["class_does"] if type(name) is str),
            "_enum": described["enum"] is True,
            "_own": frozenset(name for name in described.get("own", ()) if name in OPERATORS),
            "__module__": self.word(described["module"]),
            "__qualname__": self.word(described["qualified"], 500),
            "__doc__": doc if type(doc) is str else None,
        }

    def _fields(self, fields):
        fine = type(fields) is list and len(fields) <= _MOST_FIELDS
        if not fine or not all(type(one) is str and one.isidentifier() and one[0] != "_" for one in fields):
            self.fail("a named tuple that is none")
        if self.profile is None:
            # Whoever gives an object in its place has them as attributes.
            self.recorded.update("." + name for name in fields)
        names = {name: property(operator.itemgetter(index)) for index, name in enumerate(fields)}
        names.update(
            __slots__=(),
            _base=None,
            _fields=tuple(fields),
            __eq__=_equals,
            __ne__=lambda it, other: not it == other,
            __hash__=tuple.__hash__,
            _asdict=lambda it: dict(zip(it._fields, it)),
            _replace=lambda it, **named: type(it)(**dict(zip(it._fields, it), **named)),
            __repr__=lambda it: "%s(%s)" % (type(it).__name__, ", ".join("%s=%r" % pair for pair in zip(it._fields, it))),
        )
        return names

    def decode_tuple(self, kind, fields, items):
        if type(kind) is str:
            key = "tuple", self.word(kind), tuple(fields)
            if key not in self.kept:
                self.kept[key] = type(kind, (tuple,), self._fields(fields))
            kind = self.kept[key]
        else:
            kind = self.decode(kind)
        if not issubclass(kind, tuple) or len(items) != len(kind._fields):
            self.fail("a named tuple that is none")
        return tuple.__new__(kind, items)

    def _function(self, number, described):
        ask = self.ask
        flags = described["flags"]
        if flags == 0x20:

            def made(*arguments, **named):
                return (yield from ask("call", made, arguments, Keywords(named)))

        elif flags == 0x80:

            async def made(*arguments, **named):
                return await ask("call", made, arguments, Keywords(named))

        elif flags == 0x200:

            async def made(*arguments, **named):
                theirs = ask("call", made, arguments, Keywords(named))
                step = theirs.__anext__()
                while True:
                    try:
                        item = await step
                    except StopAsyncIteration:
                        return
                    try:
                        sent = yield item
                    except GeneratorExit:
                        await theirs.aclose()
                        raise
                    except BaseException as error:
                        step = theirs.athrow(error)
                    else:
                        step = theirs.__anext__() if sent is None else theirs.asend(sent)

        else:

            def made(*arguments, **named):
                return ask("call", made, arguments, Keywords(named))

        made.__name__ = self.word(described["name"])
        made.__qualname__ = self.word(described["qualified"], 500)
        made.__module__ = self.word(described["module"])
        made.__doc__ = described["doc"] if type(described.get("doc")) is str else None
        parameters = described.get("parameters")
        if type(parameters) is list and len(parameters) < 200:
            try:
                self._sign(made, parameters, described.get("returns"))
            except ValueError:
                # An order that no function has.
                pass
        self._place_source(made)
        self.functions[made] = number
        self.kept[number] = made
        return made

    def _place_source(self, made):
        """For `inspect.getsource`: where the function is in what was handed in, whatever the other side says."""
        name = made.__qualname__
        text = self.sources.get(made.__module__) if name.isidentifier() else None
        found = list(re.finditer(r"^(?:@.*\n)*(?:async )?def %s\b" % name, text or "", re.MULTILINE))
        if found:
            line = text.count("\n", 0, found[-1].start()) + 1
            file = made.__module__.replace(".", "/") + ".py"
            made.__code__ = made.__code__.replace(co_filename=file, co_firstlineno=line)

    def _sign(self, made, parameters, returns):
        empty = inspect.Parameter.empty
        kinds = [inspect.Parameter.POSITIONAL_ONLY.__class__(one[1]) for one in parameters]
        signed = [
            inspect.Parameter(
                name, kind, default=default if has else empty, annotation=self._annotation(annotation)
            )
            for kind, (name, _, has, default, annotation) in zip(kinds, parameters)
        ]
        made.__signature__ = inspect.Signature(signed, return_annotation=self._annotation(returns))
        made.__annotations__ = {one.name: one.annotation for one in signed if one.annotation is not empty}

    def _annotation(self, message):
        if message is None:
            return inspect.Parameter.empty
        return message if type(message) is str else self.decode(message)

    def _exception(self, message, depth):
        _, kind, arguments, place, cause, number = message
        kind = self.decode(kind, depth + 1)
        arguments = tuple(self.decode(one, depth + 1) for one in arguments)
        if not isinstance(kind, type) or not issubclass(kind, BaseException):
            self.fail("an exception that is none")
        if type(kind) is OfClass:
            known = self.exceptions.get(number)
            if known is not None:
                return known
            error = next(one for one in kind.__mro__ if one in TYPE_NAMES).__new__(kind)
            error.args = arguments
            error.__dict__["_raised"] = number
            self.exceptions[number] = error
        elif kind in _NOT_PASSED_ON:
            error = RuntimeError("your code raised %s" % kind.__name__)
        else:
            try:
                error = kind(*arguments)
            except Exception:
                # Its arguments are not those it is made with.
                error = kind.__new__(kind)
                error.args = arguments
        error.__dict__["_place"] = self._place(place)
        if cause is not None:
            error.__cause__ = self.decode(cause, depth + 1)
        return error

    def _place(self, place):
        if type(place) is not list or len(place) != 3 or type(place[1]) is not int:
            return None
        return [self.word(place[0]), place[1], self.word(place[2])]


def _equals(one, other):
    """Of named tuples, which are data here: only noted."""
    answer = tuple.__eq__(one, other)
    if type(type(one)) is OfClass and type(type(other)) is OfClass:
        proxies.JUDGE.note_equality("__eq__", one, other, answer)
    return answer


def _attribute_of_exception(self, name):
    if name.startswith("__") or name in ("_raised", "_place"):
        raise AttributeError(name)
    # Exceptions are no proxies: the learner's is named by its number.
    return proxies.JUDGE.ask("get", ExceptionProxy(self.__dict__["_raised"]), name)
