"""Where what the tests compare came from: the same place in two submissions has what is to be the same.

A place is the test, who gave it (a method or an operator by its name, all that is reached through a module as one), and
how often that had given something in this test. So a class may have another name or base, or be a function.
"""
import types
import weakref

from etude_proxies import MISSING, ModuleProxy, OfClass, Proxy
from etude_values import COMPARISONS


class Places:
    def __init__(self, wanted):
        # None: all are to be known, within their tests.
        self.wanted = wanted
        self.test, self.comparisons = "", 0
        # What came from the wanted places, and what was compared, by test and number.
        self.given, self.compared = {}, {}
        self.begin("")

    def begin(self, test):
        self.test, self.comparisons = test, 0
        # How often somebody gave something; methods, by the name under which the test got them; the places of objects.
        self.counts, self.methods, self.places = {}, {}, {}

    def came(self, question, arguments, answer):
        thing = arguments[0]
        if question == "get":
            who = "." + arguments[1]
            if type(answer) is types.FunctionType and type(thing) not in (ModuleProxy, OfClass):
                self.methods[id(answer)] = answer, who
        elif question == "operate":
            who = arguments[1]
        else:
            who = self.methods.get(id(thing), (None, ""))[1]
        if who in COMPARISONS:
            return
        count = self.counts[who] = self.counts.get(who, 0) + 1
        if self.wanted is None:
            if type(type(answer)) is OfClass and self.of(answer) is None:
                # Nothing lives longer for it.
                alive = weakref.ref(answer) if isinstance(answer, Proxy) else lambda: answer
                self.places[id(answer)] = alive, [who, count]
        elif (self.test, who, count) in self.wanted and type(answer) is not types.CoroutineType:
            self.given[self.test, who, count] = answer

    def of(self, thing):
        alive, place = self.places.get(id(thing), (None, None))
        return place if alive is not None and alive() is thing else None

    def found(self, test, number, one, other):
        """The two that the reference's test compared: by their places, or as the same comparison of that test."""
        pair = self.compared.get((test, number), (MISSING, MISSING))
        return [
            same if place is None else self.given.get((test, *place), same) for same, place in zip(pair, (one, other))
        ]
