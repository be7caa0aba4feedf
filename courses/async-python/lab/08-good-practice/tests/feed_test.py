import asyncio
import unittest

from etude_lab import Lab, task

import feed


def scripted(*answers):
    """Gives these answers in turn; exceptions are raised."""
    left = list(answers)
    return lambda *_: left.pop(0)


class Queue:
    """What a producer or a consumer may do with a queue; whatever is put is kept."""

    def __init__(self, *items):
        self.items, self.was_put = list(items), []

    async def put(self, item):
        self.was_put.append(item)

    async def get(self):
        if not self.items:
            raise AssertionError("something was taken from the queue after `DONE`")
        return self.items.pop(0)


@task(1)
class Growing(unittest.TestCase):
    def test_pauses_grow(self):
        """Each pause is a multiple of the one before."""
        self.assertEqual(feed.pauses(1, 2, 100, 5), [1, 2, 4, 8, 16])
        self.assertEqual(feed.pauses(0.5, 3, 100, 3), [0.5, 1.5, 4.5])

    def test_up_to_a_limit(self):
        """No pause is longer than the longest."""
        self.assertEqual(feed.pauses(1, 2, 5, 5), [1, 2, 4, 5, 5])
        self.assertEqual(feed.pauses(9, 2, 5, 2), [5, 5])

    def test_none(self):
        """No pauses, an empty list."""
        self.assertEqual(feed.pauses(1, 2, 5, 0), [])


@task(2)
class Patience(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()

    def fetched(self, waits, *answers):
        return self.lab.run(feed.patiently, self.lab.double("fetch", takes=1, gives=scripted(*answers)), "page", waits)

    def test_until_it_works(self):
        """A pause after each failure, each longer than the one before."""
        seen = self.fetched([1, 2, 4], OSError("a"), OSError("b"), "up")
        self.assertEqual(seen.result, "up")
        seen.began_at("fetch", 0, 2, 5)

    def test_gives_up(self):
        """After the last attempt nothing is waited for, and its error is raised."""
        seen = self.fetched([1, 2], OSError("a"), OSError("b"), OSError("c"))
        self.assertEqual(str(seen.raised(OSError)), "c")
        seen.called("fetch", 3)
        seen.took(6)

    def test_no_patience(self):
        """Without pauses there is one attempt."""
        self.fetched([], OSError("a")).raised(OSError)

    def test_other_errors(self):
        """What no pause can heal is raised at once."""
        seen = self.fetched([1, 2], ValueError("no such page"), "up", "up")
        seen.called("fetch", 1)
        seen.raised(ValueError)


@task(3)
class Producing(unittest.TestCase):
    def produced(self, items, consumers):
        queue = Queue()
        Lab().run(feed.produce, queue, items, consumers).came_to_an_end()
        ends = sum(one == feed.DONE for one in queue.was_put)
        if ends != consumers:
            self.fail("`DONE` for %d of %d consumers: each waits for an end of its own" % (ends, consumers))
        return queue.was_put[:-consumers]

    def test_items_and_then_the_ends(self):
        """All items, and one end for each consumer."""
        self.assertEqual(self.produced(["a", "b"], 3), ["a", "b"])

    def test_nothing_to_produce(self):
        """The ends are put even if there are no items."""
        self.assertEqual(self.produced([], 2), [])


@task(4)
class Consuming(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        fails = lambda item: OSError("no " + item) if item == "b" else None
        self.handle = self.lab.double("handle", takes=2, gives=fails)

    def test_until_the_end(self):
        """Items are handled in order, one at a time, and `DONE` is the end."""
        queue = Queue("a", "c", "d", feed.DONE, feed.DONE)
        seen = self.lab.run(feed.consume, queue, self.handle, [])
        self.assertEqual(seen.result, 3)
        seen.ran_sequentially("handle")
        self.assertEqual([call.arguments for call in seen.calls], [("a",), ("c",), ("d",)])
        self.assertEqual(len(queue.items), 1)
        if queue.was_put:
            self.fail("something was put back: each consumer has an end of its own")

    def test_failures_do_not_end_it(self):
        """A failure is noted with its item, and the next item is taken."""
        failed = []
        seen = self.lab.run(feed.consume, Queue("a", "b", "c", feed.DONE), self.handle, failed)
        self.assertEqual(seen.result, 2)
        self.assertEqual([(item, str(error)) for item, error in failed], [("b", "no b")])

    def test_a_cancellation_is_no_failure(self):
        """Who is cancelled ends."""
        lab = Lab(cancel_at=3)
        failed = []
        queue = Queue("a", "b", "c", feed.DONE)
        seen = lab.run(feed.consume, queue, lab.double("handle", takes=2), failed)
        seen.passed_on_cancellation()
        self.assertEqual(failed, [])


@task(5)
class Running(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        fails = lambda item: OSError("no %s" % item) if item % 4 == 3 else None
        self.handle = self.lab.double("handle", takes=1, gives=fails)

    def test_everything_is_handled(self):
        """Nine items, three at a time, of which two fail."""
        seen = self.lab.run(feed.run, range(9), self.handle, 3, 2)
        handled, failed = seen.result
        self.assertEqual(handled, 7)
        self.assertEqual(sorted((item, str(error)) for item, error in failed), [(3, "no 3"), (7, "no 7")])
        seen.at_most(3, "handle")
        self.assertEqual(sorted(call.arguments[0] for call in seen.calls), list(range(9)))
        seen.took(3)

    def test_it_ends(self):
        """When all is handled, everybody has gone home."""
        for items, consumers in ((5, 1), (5, 3), (0, 3), (2, 4)):
            with self.subTest(items=items, consumers=consumers):
                seen = self.lab.run(feed.run, range(items), self.lab.double("handle", takes=1), consumers, 2)
                self.assertEqual(seen.result, (items, []))
                seen.nothing_left()

    def test_the_producer_waits_for_room(self):
        """Items are taken when there is room for them."""
        ahead = []

        def items():
            for number in range(12):
                ahead.append(number - sum(call.ended is not None for call in self.lab.calls))
                yield number

        self.lab.run(feed.run, items(), self.lab.double("handle", takes=1), 2, 3).came_to_an_end()
        # Two in work, three in the queue, and one in the producer's hand.
        if max(ahead) > 5:
            self.fail("%d items were taken ahead, where the queue has room for 3" % max(ahead))

    def test_cancelled_from_outside(self):
        """Everybody stops, and the cancellation goes on."""
        lab = Lab(cancel_at=2.5)
        seen = lab.run(feed.run, range(99), lab.double("handle", takes=2), 3, 2)
        seen.passed_on_cancellation()
        seen.nothing_left()
        seen.cancelled("handle", 3)
