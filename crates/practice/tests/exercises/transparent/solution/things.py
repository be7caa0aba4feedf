"""One of everything."""
import asyncio
import collections
import contextlib
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import json
import random

LIMIT = 3
counter = 0


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Trouble(ValueError):
    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 0


Pair = collections.namedtuple("Pair", "left right")


class Account:
    """Keeps money."""

    currency = "EUR"

    def __init__(self, balance=0):
        self._balance = balance
        self.log = []

    @property
    def balance(self):
        return self._balance

    @balance.setter
    def balance(self, value):
        if value < 0:
            raise Trouble("too little", 7)
        self._balance = value

    @classmethod
    def rich(cls):
        return cls(1000)

    @staticmethod
    def names():
        return {"current", "savings"}

    def fee(self):
        return 1

    def charge(self):
        self._balance -= self.fee()
        return self._balance

    def __len__(self):
        return len(self.log)

    def __getitem__(self, key):
        return [10, 20, 30][key]

    def __iter__(self):
        return iter((1, 2, 3))

    def __str__(self):
        return f"Account of {self._balance}"

    def __repr__(self):
        return f"Account({self._balance})"

    def __format__(self, how):
        return f"<{how}>"

    def __bool__(self):
        return self._balance > 0

    def __hash__(self):
        return 5

    def __eq__(self, other):
        return isinstance(other, Account) and self._balance == other._balance

    def __lt__(self, other):
        return self._balance < other._balance

    def __add__(self, other):
        return Account(self._balance + other._balance)

    def __call__(self, amount):
        return self._balance + amount

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.log.append(problem[0])
        return problem[0] is KeyError


class Word(str):
    pass


class Stack(list):
    def top(self):
        return self[-1]


def echo(*arguments, **named):
    return arguments, named


def same(thing):
    return thing


def grow(items):
    items.append(len(items))
    return items


def cyclic():
    items = [1]
    items.append(items)
    return items


def twice(function, value):
    return function(function(value))


def sort_by(items, key):
    return sorted(items, key=key)


def total():
    seen = 0
    while True:
        value = yield seen
        if value is None:
            return seen
        seen += value


def countdown(number):
    while number:
        yield number
        number -= 1


def fails(kind):
    if kind == "custom":
        raise Trouble("no good", 3)
    if kind == "chained":
        try:
            {}["x"]
        except KeyError as error:
            raise RuntimeError("chained") from error
    if kind == "late":
        raise asyncio.TimeoutError
    if kind == "json":
        json.loads("{")
    raise ZeroDivisionError("by nothing")


def speaks(name):
    print("hello", name)


def asks():
    return input("name? ").upper()


def dice():
    return [random.randint(1, 6) for _ in range(5)]


def adds(number) -> int:
    """Adds to a number."""

    def inner(other):
        return number + other

    return inner


def signed(first, second=2, *rest, third: int = 3, **more):
    return first


def plain_values():
    return [
        1, 2**80, 1.5, float("inf"), 1j, "ü", b"ab", None, True, (1, (2,)), {1: {2}}, frozenset({3}), range(3), ...,
        decimal.Decimal("1.10"), fractions.Fraction(1, 3), datetime.date(2020, 1, 2), datetime.timedelta(seconds=5),
        collections.OrderedDict(a=1), collections.Counter("aab"), collections.deque([1]), bytearray(b"x"), int, slice(1, 2),
    ]  # fmt: skip


@contextlib.contextmanager
def managed(log):
    log.append("in")
    yield "inside"
    log.append("out")


@functools.lru_cache(None)
def cached(number):
    global counter
    counter += 1
    return number


def set_counter(value):
    global counter
    counter = value


async def later(value):
    await asyncio.sleep(1)
    return value


def started(values):
    return [asyncio.create_task(later(value), name="later %d" % value) for value in values]


async def several(count):
    for number in range(count):
        await asyncio.sleep(1)
        yield number


HEARD = []


async def echoing():
    heard = None
    try:
        while True:
            try:
                heard = yield heard
            except ValueError as error:
                heard = str(error)
    finally:
        await asyncio.sleep(1)
        HEARD.append("the end")


class Session:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *_problem):
        return False

    async def fetch(self):
        return "fetched"


async def grouped(kinds):
    async with asyncio.TaskGroup() as group:
        for kind in kinds:
            group.create_task(failing(kind))


async def failing(kind):
    fails(kind)
