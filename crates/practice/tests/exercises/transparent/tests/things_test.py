import asyncio
import collections
import copy
import datetime
import decimal
import fractions
import inspect
import io
import json
import random
import sys
import types
import unittest
from unittest import mock

import things
from things import Account, Colour, Pair, Point, Stack, Trouble, Word


class Objects(unittest.TestCase):
    def setUp(self):
        self.account = Account(5)

    def test_property(self):
        self.account.balance = 9
        self.assertEqual(self.account.balance, 9)

    def test_setter_that_raises(self):
        with self.assertRaises(Trouble) as caught:
            self.account.balance = -1
        self.assertEqual((caught.exception.code, str(caught.exception), caught.exception.args), (7, "too little", ("too little",)))

    def test_class_and_static_methods(self):
        self.assertEqual((Account.rich().balance, Account.names()), (1000, {"current", "savings"}))

    def test_class_attribute(self):
        self.assertEqual((Account.currency, self.account.currency, Account.__doc__), ("EUR", "EUR", "Keeps money."))

    def test_isinstance(self):
        self.assertIsInstance(self.account, Account)
        self.assertNotIsInstance(self.account, Point)
        self.assertTrue(issubclass(Trouble, ValueError))
        self.assertIs(type(self.account), Account)

    def test_length_items_and_iteration(self):
        self.assertEqual((len(self.account), self.account[1], self.account[-1], list(self.account)), (0, 20, 30, [1, 2, 3]))
        self.assertIn(2, self.account)
        self.assertNotIn(7, self.account)

    def test_slice(self):
        self.assertEqual(self.account[1:], [20, 30])

    def test_texts(self):
        self.assertEqual((str(self.account), repr(self.account), f"{self.account:wide}"), ("Account of 5", "Account(5)", "<wide>"))

    def test_truth(self):
        self.assertTrue(self.account)
        self.assertFalse(Account())

    def test_equality_and_hash(self):
        self.assertEqual(Account(5), self.account)
        self.assertNotEqual(Account(6), self.account)
        self.assertEqual(len({Account(5), self.account}), 1)
        self.assertIn(Account(5), [Account(1), self.account])

    def test_not_equal_to_none(self):
        self.assertNotEqual(self.account, None)
        self.assertIsNotNone(self.account)

    def test_order_and_sum(self):
        self.assertEqual([one.balance for one in sorted([Account(3), Account(1)])], [1, 3])
        self.assertEqual((Account(1) + Account(2)).balance, 3)

    def test_call(self):
        self.assertEqual(self.account(4), 9)

    def test_context_manager(self):
        with self.account as inside:
            self.assertIs(inside, self.account)
        self.assertEqual(self.account.log, [None])

    def test_context_manager_that_swallows(self):
        with self.account:
            raise KeyError("x")
        self.assertEqual(len(self.account), 1)

    def test_attributes_can_be_set_and_deleted(self):
        self.account.extra = [1]
        self.account.extra.append(2)
        self.assertEqual(self.account.extra, [1, 2])
        del self.account.extra
        self.assertFalse(hasattr(self.account, "extra"))

    def test_attribute_error(self):
        with self.assertRaisesRegex(AttributeError, "nothing"):
            self.account.nothing

    def test_derived_in_the_test(self):
        class Dear(Account):
            def fee(self):
                return 3

        self.assertEqual(Dear(10).charge(), 7)

    def test_copies(self):
        self.account.log.append([1])
        shallow, deep = copy.copy(self.account), copy.deepcopy(self.account)
        self.account.log[0].append(2)
        self.assertEqual((shallow.log, deep.log), ([[1, 2]], [[1]]))

    def test_dataclass(self):
        point = Point(1)
        self.assertEqual((point, point.y, repr(point)), (Point(1, 0), 0, "Point(x=1, y=0)"))
        self.assertLess(Point(1, 1), Point(2))

    def test_named_tuple(self):
        pair = Pair(1, [2])
        left, right = pair
        self.assertEqual((pair, pair.left, left, right, pair._asdict()), ((1, [2]), 1, 1, [2], {"left": 1, "right": [2]}))
        self.assertIsInstance(pair, tuple)

    def test_enum(self):
        self.assertEqual((Colour.RED, Colour(2), Colour["RED"].value, [one.name for one in Colour]), (Colour.RED, Colour.BLUE, 1, ["RED", "BLUE"]))
        self.assertIs(things.same(Colour.RED), Colour.RED)
        self.assertIn(Colour.RED, Colour)

    def test_subclasses_of_builtins(self):
        self.assertEqual((Word("abc"), Stack([1, 2]), Stack([1, 2]).top(), len(Word("abc"))), ("abc", [1, 2], 2, 3))


class Functions(unittest.TestCase):
    def test_arguments(self):
        self.assertEqual(things.echo(1, *[2], a=3, **{"b": 4}), ((1, 2), {"a": 3, "b": 4}))

    def test_wrong_arguments(self):
        with self.assertRaises(TypeError):
            things.signed()

    def test_identity(self):
        mine, account = [1], Account(1)
        self.assertIs(things.same(mine), mine)
        self.assertIs(things.same(account), account)

    def test_mutation(self):
        items = []
        self.assertIs(things.grow(items), items)
        things.grow(items)
        self.assertEqual(items, [0, 1])

    def test_cycles(self):
        items = things.cyclic()
        self.assertIs(items[1], items)

    def test_callbacks(self):
        seen = []

        def add(value):
            seen.append(value)
            return value + 1

        self.assertEqual((things.twice(add, 1), seen), (3, [1, 2]))
        self.assertEqual(things.sort_by(["bb", "a"], len), ["a", "bb"])

    def test_callback_that_raises(self):
        def bad(_value):
            raise LookupError("mine")

        with self.assertRaisesRegex(LookupError, "mine"):
            things.twice(bad, 1)

    def test_plain_values(self):
        self.assertEqual(
            things.plain_values(),
            [
                1, 2**80, 1.5, float("inf"), 1j, "ü", b"ab", None, True, (1, (2,)), {1: {2}}, frozenset({3}), range(3), ...,
                decimal.Decimal("1.10"), fractions.Fraction(1, 3), datetime.date(2020, 1, 2), datetime.timedelta(seconds=5),
                collections.OrderedDict(a=1), collections.Counter("aab"), collections.deque([1]), bytearray(b"x"), int, slice(1, 2),
            ],
        )  # fmt: skip

    def test_generators(self):
        self.assertEqual((list(things.countdown(3)), next(things.countdown(2))), ([3, 2, 1], 2))
        self.assertIsInstance(things.countdown(1), types.GeneratorType)

    def test_generator_that_is_sent_values(self):
        total = things.total()
        next(total)
        total.send(3)
        self.assertEqual(total.send(4), 7)
        with self.assertRaises(StopIteration) as stop:
            total.send(None)
        self.assertEqual(stop.exception.value, 7)

    def test_exceptions(self):
        with self.assertRaisesRegex(ZeroDivisionError, "by nothing"):
            things.fails("plain")
        with self.assertRaises(ValueError) as caught:
            things.fails("custom")
        self.assertEqual(caught.exception.code, 3)
        with self.assertRaises(RuntimeError) as caught:
            things.fails("chained")
        self.assertIsInstance(caught.exception.__cause__, KeyError)

    def test_exceptions_of_the_library(self):
        with self.assertRaises(asyncio.TimeoutError):
            things.fails("late")
        with self.assertRaises(json.JSONDecodeError):
            things.fails("json")

    def test_closure(self):
        self.assertEqual(things.adds(2)(3), 5)

    def test_what_a_function_says_of_itself(self):
        self.assertEqual((things.adds.__name__, things.adds.__doc__), ("adds", "Adds to a number."))
        self.assertEqual(str(inspect.signature(things.signed)), "(first, second=2, *rest, third: int = 3, **more)")
        self.assertTrue(callable(things.adds) and inspect.isfunction(things.adds))
        self.assertTrue(inspect.iscoroutinefunction(things.later) and inspect.isgeneratorfunction(things.total))

    def test_source(self):
        self.assertIn("def adds", inspect.getsource(things))
        for function, first in (
            (things.adds, "def adds(number)"),
            (things.later, "async def later("),
            (things.managed, "@contextlib.contextmanager"),
        ):
            self.assertEqual(inspect.getsource(function)[: len(first)], first)

    def test_context_manager_function(self):
        log = []
        with things.managed(log) as inside:
            self.assertEqual((inside, log), ("inside", ["in"]))
        self.assertEqual(log, ["in", "out"])

    def test_module(self):
        things.set_counter(4)
        self.assertEqual(things.counter, 4)
        things.LIMIT = 8
        self.assertEqual((things.LIMIT, things.__doc__), (8, "One of everything."))
        self.assertIn("Account", dir(things))
        with mock.patch.object(things, "adds", return_value=1):
            self.assertEqual(things.adds(2), 1)

    def test_cached(self):
        things.set_counter(0)
        self.assertEqual((things.cached(1), things.cached(1), things.counter), (1, 1, 1))


class World(unittest.TestCase):
    def test_print(self):
        with mock.patch("sys.stdout", new_callable=io.StringIO) as out:
            things.speaks("you")
        self.assertEqual(out.getvalue(), "hello you\n")
        with mock.patch("builtins.print") as printed:
            things.speaks("me")
        printed.assert_called_once_with("hello", "me")

    def test_input(self):
        with mock.patch("builtins.input", return_value="ada") as asked:
            self.assertEqual(things.asks(), "ADA")
        asked.assert_called_once_with("name? ")

    def test_seed(self):
        random.seed(7)
        first = things.dice()
        random.seed(7)
        self.assertEqual(things.dice(), first)

    def test_random_replaced(self):
        with mock.patch("random.randint", return_value=6):
            self.assertEqual(things.dice(), [6] * 5)

    def test_mock_as_argument(self):
        double = mock.Mock(side_effect=[2, 3])
        self.assertEqual(things.twice(double, 1), 3)
        self.assertEqual(double.call_args_list, [mock.call(1), mock.call(2)])


class Waiting(unittest.IsolatedAsyncioTestCase):
    async def test_await(self):
        self.assertEqual(await things.later(3), 3)
        self.assertEqual(await asyncio.gather(things.later(1), things.later(2)), [1, 2])

    async def test_task(self):
        task = asyncio.create_task(things.later(5))
        self.assertEqual(await asyncio.wait_for(task, 3), 5)

    async def test_tasks_of_a_plain_function(self):
        one, other = things.started([1, 2])
        await asyncio.sleep(3)
        self.assertEqual((one.get_name(), one.done(), await one, await other), ("later 1", True, 1, 2))

    async def test_async_generator(self):
        self.assertEqual([number async for number in things.several(3)], [0, 1, 2])

    async def test_async_generator_that_is_sent_to_and_closed(self):
        echo = things.echoing()
        answers = [await anext(echo), await echo.asend("a"), await echo.athrow(ValueError("b"))]
        self.assertEqual((answers, things.HEARD), ([None, "a", "b"], []))
        await echo.aclose()
        self.assertEqual(things.HEARD, ["the end"])

    async def test_async_context_manager(self):
        async with things.Session() as session:
            self.assertEqual(await session.fetch(), "fetched")

    async def test_async_mock(self):
        double = mock.AsyncMock(return_value=4)
        self.assertEqual(await double(), 4)

    @unittest.skipIf(sys.version_info < (3, 11), "there are no task groups")
    async def test_task_group(self):
        with self.assertRaises(ExceptionGroup) as caught:
            await things.grouped(["plain", "custom"])
        self.assertEqual(sorted(type(one).__name__ for one in caught.exception.exceptions), ["Trouble", "ZeroDivisionError"])
