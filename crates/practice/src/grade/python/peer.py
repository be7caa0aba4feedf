"""What both ends of the channel do: take turns, hand over values, keep shared containers and objects apart by number.

A call, its answer, and calls nested inside it share one socket, since only one side runs at a time.
"""
import decimal
import math
import sys
import types

from etude_frames import Broken, Frames
from etude_values import (
    CONTAINERS, EXACT, MOST_DEPTH, NEW_CONTAINERS, PLAIN_TAGS, Keywords, content, decode_plain, encode_plain, fill,
    is_namedtuple, is_unchanged, snapshot,
)  # fmt: skip

MOST_TURNS = 150
_MOST_SHARED = 40
MOST_OBJECTS = 200_000
MOST_CONTAINERS = 100_000
_MALFORMED = (KeyError, IndexError, ValueError, TypeError, AttributeError, ArithmeticError, decimal.DecimalException)


def _identity(thing):
    """What makes it the same as before. Each look at a method makes a new object, which would be described anew."""
    return (id(thing.__self__), id(thing.__func__)) if type(thing) is types.MethodType else id(thing)


class Peer(Frames):
    def __init__(self, socket, side):
        super().__init__(socket)
        self.side = side
        # Objects of ours that the other side may name, and how often each was sent: what it lets go of while we send
        # it again must stay.
        self.mine, self.number_of, self.sent, self.last = {}, {}, {}, 0
        # How often each object of theirs came; and those that nothing here holds any more.
        self.got, self.dropped = {}, []
        self.containers, self.container_of, self.last_container = {}, {}, 0
        self.turns = 0
        self.questions = 0

    # Values out.

    def encode(self, value, depth=0):
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is int and -EXACT < value < EXACT or kind is float and math.isfinite(value):
            return value
        if depth > MOST_DEPTH:
            self.fail("a value is nested too deeply")
        inner = lambda item: self.encode(item, depth + 1)  # noqa: E731
        if kind in CONTAINERS:
            return self._encode_container(value, inner)
        if kind is Keywords:
            return ["kw", [[name, inner(item)] for name, item in value.named.items()]]
        plain = encode_plain(value, inner)
        if plain is not None:
            return plain
        if issubclass(kind, tuple) and is_namedtuple(kind) and self.is_plain_tuple(kind):
            items = [inner(item) for item in tuple.__iter__(value)]
            return ["nt", self.encode_tuple_class(kind, depth), list(kind.__dict__["_fields"]), items]
        return self.encode_object(value, depth)

    def _encode_container(self, value, inner):
        number = self.container_of.get(id(value))
        if number is not None:
            return ["R", number]
        if len(self.containers) >= MOST_CONTAINERS:
            self.fail("too many lists, sets and dictionaries are shared at once")
        self.last_container += 1
        number = "%s%d" % (self.side, self.last_container)
        self.containers[number] = [value, snapshot(value)]
        self.container_of[id(value)] = number
        return [CONTAINERS[type(value)], number, content(value, inner)]

    def is_plain_tuple(self, _kind):
        """Whether a named tuple is nothing but its values."""
        return True

    def number(self, thing):
        """The number of an object of ours, and whether it is new to the other side."""
        key = _identity(thing)
        known = self.number_of.get(key)
        if known is not None:
            self.sent[known] += 1
            return known, False
        if len(self.mine) >= MOST_OBJECTS:
            self.fail("too many objects are shared at once")
        self.last += 1
        self.mine[self.last], self.number_of[key], self.sent[self.last] = thing, self.last, 1
        return self.last, True

    # Values in.

    def decode(self, message, depth=0):
        kind = type(message)
        if kind is str and len(message) < _MOST_SHARED:
            # So that a constant of the code stays itself.
            return sys.intern(message)
        if message is None or kind in (bool, str, int, float):
            return message
        if kind is not list or not message or type(message[0]) is not str or depth > MOST_DEPTH:
            self.fail("a value that is none")
        tag = message[0]
        inner = lambda item: self.decode(item, depth + 1)  # noqa: E731
        try:
            if tag in PLAIN_TAGS:
                return decode_plain(message, inner)
            if tag in NEW_CONTAINERS:
                return self._decode_container(tag, message[1], message[2], inner)
            if tag == "R":
                return self.containers[message[1]][0]
            if tag == "m":
                return self.mine[message[1]]
            if tag == "kw":
                return self._decode_keywords(message[1], inner)
            if tag == "nt":
                return self.decode_tuple(message[1], message[2], [inner(item) for item in message[3]])
            return self.decode_object(message, depth)
        except _MALFORMED as error:
            if isinstance(error, TypeError) and "unhashable" in str(error):
                # What a set or a dictionary of such objects would say here as well.
                raise
            self.fail("a value that is none")

    def _decode_container(self, tag, number, inside, inner):
        theirs = type(number) is str and number[:1] in ("a", "b") and number[:1] != self.side
        if not theirs or number in self.containers or len(self.containers) >= MOST_CONTAINERS:
            self.fail("a container that is none")
        container = NEW_CONTAINERS[tag]()
        # Known before it is filled: it may hold itself.
        self.containers[number] = [container, None]
        self.container_of[id(container)] = number
        fill(container, inside, inner)
        self.containers[number][1] = snapshot(container)
        return container

    def _decode_keywords(self, pairs, inner):
        if any(type(name) is not str for name, _ in pairs):
            self.fail("a keyword that is none")
        return {name: inner(item) for name, item in pairs}

    # Turns.

    def ask(self, question, *arguments):
        """Asks the other side, serves what it asks meanwhile, and returns or raises its answer."""
        if self.turns >= MOST_TURNS:
            raise RecursionError("maximum recursion depth exceeded")
        self.turns += 1
        try:
            self.questions += 1
            message = {"q": question, "a": [self.encode(item) for item in arguments]}
            self.dress(message)
            self.send(message)
            while True:
                answer = self.receive()
                if "q" in answer:
                    self.serve(answer)
                    continue
                if "x" in answer:
                    error = self.decode(answer["x"])
                    self.undress(answer)
                    if not isinstance(error, BaseException):
                        self.fail("an exception that is none")
                    raise error
                value = self.decode(answer.get("v"))
                self.undress(answer)
                return value
        finally:
            self.turns -= 1

    def serve(self, message):
        """Answers one question."""
        if self.turns >= MOST_TURNS:
            self.fail("calls are nested too deeply")
        self.turns += 1
        try:
            arguments = message.get("a")
            answer = {"v": self.encode(self.do(message["q"], arguments if type(arguments) is list else [], message))}
        except Broken:
            raise
        except BaseException as error:
            answer = {"x": self.encode_exception(error)}
        finally:
            self.turns -= 1
        self.dress(answer)
        self.send(answer)

    # What travels along with every message.

    def dress(self, message):
        changes = []
        for number, entry in list(self.containers.items()):
            if not is_unchanged(entry[0], entry[1]):
                entry[1] = snapshot(entry[0])
                changes.append([number, content(entry[0], self.encode)])
        if changes:
            message["u"] = changes
        if self.dropped:
            message["g"], self.dropped = self.dropped, []

    def undress(self, message):
        try:
            for number, inside in message.get("u", ()):
                entry = self.containers[number]
                fill(entry[0], inside, self.decode)
                entry[1] = snapshot(entry[0])
            for number, times in message.get("g", ()):
                self._let_go(number, times)
        except _MALFORMED as error:
            if isinstance(error, TypeError) and "unhashable" in str(error):
                raise
            self.fail("a change that is none")

    def _let_go(self, number, times):
        if type(times) is not int or times < 1 or number not in self.sent:
            raise ValueError(number)
        self.sent[number] -= times
        if self.sent[number] <= 0:
            del self.sent[number]
            self.number_of.pop(_identity(self.mine.pop(number)), None)

    def forget_containers(self):
        """Between tests: what one test shared is none of the next one's business."""
        self.containers.clear()
        self.container_of.clear()
