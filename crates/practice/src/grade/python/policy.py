"""What the tests may ask of the learner's code, and what its answers are worth.

A *profile* is what the reference needed: operators with plain data and who used them, names of attributes. It is
recorded while the reference runs, and holds for every submission.
"""
import dis
import sys

from etude_decoys import Decoys
from etude_loops import Loops
from etude_places import Places
from etude_proxies import MISSING, ModuleProxy, OfClass, is_theirs, plain
from etude_values import COMPARISONS

# Packages that compare for a test, rather than the test itself.
_LIBRARIES = {"unittest", "pytest", "_pytest", "math", "statistics", "difflib", "re", "collections", "functools"}
_ALWAYS = ("__name__", "__doc__", "__qualname__", "__module__")
# So many are compared with all; of each test that comes later, one.
MOST_PAIRS = 12
MOST_REFUSALS = 20
# They change the object, which the judge has a copy of.
_CHANGING = set(
    "append extend insert remove pop clear sort reverse update setdefault popitem add discard intersection_update "
    "difference_update symmetric_difference_update".split()
)
# An order is noted in one direction: the other one, and what a class leaves to its reflection, come to the same.
_ORDERS = {"__lt__": "<", "__gt__": "<", "__le__": "<=", "__ge__": "<="}
_TURNED = {"__gt__", "__ge__"}
_ASKED = {"<": ("__lt__", "__gt__"), "<=": ("__le__", "__ge__")}


class Refused(BaseException):
    """The judge does not ask the learner's code this question. No `Exception`: no test is to be content with it."""


def _asking():
    """Where an operator is used, and the name of that module."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("etude_"):
        frame = frame.f_back
    return frame, frame.f_globals.get("__name__", "") if frame is not None else ""


def who():
    """`lib` when an operator was used by an assertion of a library, else `test`."""
    return "lib" if _asking()[1].partition(".")[0] in _LIBRARIES else "test"


def asserts(is_equal=False):
    """Whether an assertion compares, or the test itself by `==`. Where something is looked for among others, the one that
    is found counts: in which order they are asked is not the test's doing."""
    frame, _ = _asking()
    operation = frame.f_code.co_code[frame.f_lasti] if frame is not None else None
    if operation is not None and operation == dis.opmap.get("CONTAINS_OP"):
        return is_equal
    return who() == "lib" or operation == dis.opmap["COMPARE_OP"]


class Policy(Decoys, Loops):
    def __init__(self, socket, profile, wanted):
        super().__init__(socket, "b")
        # None: it is being recorded.
        self.profile = profile
        # Of the reference's objects, which were compared in which tests, by class.
        self.wanted = wanted
        self.held = {test for matrix in (wanted or {}).values() for test in matrix["tests"]}
        self.recorded = set()
        # Reasons why the test that runs cannot pass, whatever it makes of them.
        self.refused = []
        # Of the test that runs: how often the learner's own comparisons decided.
        self.claims = 0
        # What was compared, by the class of what is equal, the sign of an order, or the operator with plain data.
        self.pairs = {}
        # The name of the test that runs.
        self.test = ""
        self.places = Places(None if wanted is None else _places(wanted))
        # Of tests in which the reference compares no objects: the class of those that said themselves what they equal.
        self.alone = {}

    def allows(self, key):
        if self.profile is None:
            self.recorded.add(key)
            return True
        return key in self.profile

    def refuse(self, why):
        if len(self.refused) < MOST_REFUSALS:
            self.refused.append(why)
        raise Refused(why)

    def ask(self, question, *arguments):
        answer = super().ask(question, *arguments)
        if question in ("call", "operate", "get") and self.test:
            self.places.came(question, arguments, answer)
        return answer

    def predicate(self, proxy, name, other):
        """An operator between two of the learner's objects: its own word, and no more than a claim."""
        self.claims += 1
        answer = self.equals(proxy, other) if name == "__eq__" else self.ask("operate", proxy, name, (other,))
        if name in COMPARISONS and answer is not NotImplemented and type(answer) is not bool and not is_theirs(answer):
            answer = bool(answer)
        if name in ("__eq__", "__ne__") and self.profile is not None and self.test and self.test not in self.held and asserts():
            self.alone.setdefault("only " + type(proxy).__name__, []).append(self.test)
        if name in _ORDERS and answer is not NotImplemented and asserts():
            pair = (other, proxy) if name in _TURNED else (proxy, other)
            self._note("order " + _ORDERS[name], *pair)
        return answer

    def note_equality(self, name, one, other, answer):
        """Two of the learner's objects were compared, by whatever says that they are equal."""
        if answer is NotImplemented or not self.test or not asserts(answer is (name == "__eq__")):
            return
        number = self.places.comparisons = self.places.comparisons + 1
        if self.profile is None:
            self._note(type(one).__name__, one, other, [number, self.places.of(one), self.places.of(other)])
        else:
            self.places.compared[self.test, number] = one, other

    def _note(self, key, one, other, at=None):
        pairs = self.pairs.setdefault(key, [])
        if len(pairs) < MOST_PAIRS or pairs[-1][0] != self.test:
            pairs.append((self.test, one, other, at))

    def with_plain(self, proxy, name, other):
        """An operator with plain data: the data may be what the test expects."""
        if not self.allows("%s:%s" % (name, who())):
            if name == "__contains__" and "__iter__" in type(proxy)._does:
                return any(item is other or item == other for item in proxy)
            self.refuse(
                "the test compares plain data (`%s`) with an object of your class `%s`: return plain data there"
                % (type(other).__name__, type(proxy).__name__)
            )
        answer = self.ask("operate", proxy, name, (other,))
        if name in COMPARISONS and answer is not NotImplemented and asserts():
            self.claims += 1
            self._note("plain " + name, proxy, other)
            self._note("plain " + name, proxy, _another(other, name))
        return answer

    def compares_objects(self):
        """Whether the reference's objects are compared in this test."""
        return self.profile is None or self.test in self.held or not self.test

    def may_ask(self, name):
        return self.allows("%s:%s" % (name, who()))

    def attribute(self, proxy, name):
        known = type(proxy) is ModuleProxy or type(type(proxy)) is not OfClass or name in _ALWAYS
        if not known and not self.allows("." + name):
            return self._new_attribute(proxy, name)
        answer = self.ask("get", proxy, name)
        if type(proxy) is ModuleProxy and type(answer) is OfClass:
            self.class_names.setdefault(answer, name)
        return answer

    def _new_attribute(self, proxy, name):
        """One that the reference's objects were not asked for: data, or a method of the value it was committed to."""
        kind = type(proxy)
        if name.startswith("_"):
            raise AttributeError("'%s' object has no attribute '%s'" % (kind.__name__, name))
        value = plain(proxy) if getattr(proxy, "_value", MISSING) is not MISSING else MISSING
        if value is not MISSING and hasattr(value, name) and name not in _CHANGING:
            return getattr(value, name)
        found = self.ask("get", proxy, name)
        if callable(found):
            # It would be given what the test expects.
            raise AttributeError(
                "the test calls `%s` of an object of your class `%s`, where the solution has plain data: return plain "
                "data there" % (name, kind.__name__)
            )
        return found

    def matrix(self):
        """What equals what of all that the tests compared, for each class a word, and what precedes what.

        An honest equality gives the reference's pattern; one that says yes to everything does not.
        """
        self.test = ""
        found = {}
        for name, pairs in sorted(self.pairs.items()):
            others = [other for _, _, other, _ in pairs[:MOST_PAIRS]]
            kind, _, sign = name.partition(" ")
            holds = {"order": self._comes_first, "plain": self._holds}.get(kind if sign else "", self._equals)
            rows = ["".join(holds(sign, one, other) for other in others) for _, one, _, _ in pairs]
            found[name] = {"tests": [test for test, _, _, _ in pairs], "rows": rows}
            if pairs[0][3] is not None:
                found[name]["at"] = [at for _, _, _, at in pairs]
        for name, wanted in (self.wanted or {}).items():
            pairs = [self.places.found(test, *at) for test, at in zip(wanted["tests"], wanted["at"])]
            others = [other for _, other in pairs[:MOST_PAIRS]]
            rows = ["".join(self._equals("", one, other) for other in others) for one, _ in pairs]
            found[name] = {"tests": wanted["tests"], "rows": rows, "at": wanted["at"]}
        found.update((name, {"tests": tests, "rows": []}) for name, tests in self.alone.items())
        return found

    def _equals(self, _sign, one, other):
        """As `==` in a test says."""
        if one is MISSING or other is MISSING:
            return "-"
        try:
            answer = one == other
            return "?" if type(answer) is not bool else "1" if answer else "0"
        except (Exception, Refused):
            return "?"

    def _holds(self, name, one, other):
        try:
            return "1" if self.ask("operate", one, name, (other,)) is True else "0"
        except Exception:
            return "?"

    def _comes_first(self, sign, one, other):
        """As Python asks: one side, and if that does not know, the other."""
        name, reflected = _ASKED[sign]
        try:
            answer = self.ask("operate", one, name, (other,)) if name in type(one)._does else NotImplemented
            if answer is NotImplemented:
                answer = self.ask("operate", other, reflected, (one,))
            return "?" if answer is NotImplemented else "1" if answer is True else "0"
        except Exception:
            return "?"


def _places(wanted):
    """All places that something of the reference's which was compared came from."""
    found = set()
    for matrix in wanted.values():
        for test, (_, one, other) in zip(matrix["tests"], matrix["at"]):
            found.update((test, *place) for place in (one, other) if place is not None)
    return found


def _another(plain, name):
    """A value of the same kind for which an honest answer is likely to be another: who always says yes says it here too."""
    smaller = name in ("__lt__", "__le__")
    if type(plain) in (int, float):
        return plain - 12345 if smaller else plain + 12345
    if type(plain) in (str, bytes, list, tuple):
        return plain[:0] if smaller else plain + plain
    return plain
