"""Timing of asynchronous code, judged by what it awaits and not by what it says.

    from etude_lab import Lab

    lab = Lab()
    fetch = lab.double("fetch", takes=10, gives=lambda page: page.upper())
    seen = lab.run(download_all, fetch, ["a", "b", "c"])
    self.assertEqual(seen.result, ["A", "B", "C"])
    seen.ran_concurrently("fetch")

`lab.run` calls a coroutine function, the learner's or the test's own, in a time of its own, which moves only when
everything waits: a double that takes ten seconds takes exactly that, and costs nothing. The doubles keep the books, out
of reach of the code that calls them: how long something took, how many calls were under way, which were cancelled, what
was opened and closed. Code can wait without need, but it cannot make a double shorter. What was seen is asserted by the
methods of `Seen` (see `etude_seen`). Only `nothing_left` also believes what the learner's own loop says, and
`never_blocked` for a twentieth of a second at a time.

`@task(2)` says which task of the exercise a test, or a class of tests, is about, as `@pytest.mark.task(taskno=2)` does where
there is pytest.
"""
import asyncio
import contextlib
import time

import etude_proxies
from etude_lab_loop import LabLoop
from etude_seen import Call, Opened, Seen


class _Mark:
    """As much of a mark of pytest's as tells a task."""

    name = "task"

    def __init__(self, number):
        self.args, self.kwargs = (number,), {}


def task(number):
    def mark(tests):
        if isinstance(tests, type):
            # Those that say nothing else.
            for name, test in vars(tests).items():
                if name.startswith("test") and not hasattr(test, "pytestmark"):
                    mark(test)
        else:
            tests.pytestmark = [*getattr(tests, "pytestmark", ()), _Mark(number)]
        return tests

    return mark


class Resource:
    """What an opener gives: it has a name and can be closed, and the books say whether that was done."""

    def __init__(self, lab, opened, closing, methods):
        self.name = opened.name
        self._lab, self._opened, self._closing = lab, opened, closing
        for name, method in methods.items():
            setattr(self, name, method)

    async def close(self):
        await asyncio.sleep(self._closing)
        self._opened.closed += 1
        self._lab.note("close %s" % self.name)


def _given(gives, arguments):
    given = gives(*arguments) if callable(gives) else gives
    if isinstance(given, BaseException):
        raise given
    return given


class Lab:
    def __init__(self, cancel_at=None, patience=100):
        """`cancel_at`: when what runs is cancelled from outside. `patience`: after how many seconds of its time it is
        given up."""
        self.cancel_at, self.patience = cancel_at, patience
        self._loop = None
        self._begin()

    def _begin(self):
        self.calls, self._live, self._peaks, self._opened, self._events = [], {}, {}, [], []

    @property
    def now(self):
        """The time of what runs, in seconds since it began."""
        return self._loop.time()

    def note(self, event):
        """Writes down that something happened; may be handed to the learner's code. See `Seen.happened`."""
        self._events.append((self.now, event))

    def double(self, name, takes=0.0, gives=None):
        """An asynchronous function to hand to the learner's code. `takes` and `gives` may be functions of its arguments;
        an exception that `gives` returns or raises is raised."""

        async def double(*arguments):
            with self._booked(name, arguments):
                await asyncio.sleep(takes(*arguments) if callable(takes) else takes)
                return _given(gives, arguments)

        double.__name__ = double.__qualname__ = name
        return double

    def blocking(self, name, takes=0.0, gives=None):
        """The same as a plain function, which holds up the thread that calls it, and with it the loop, if that runs there."""

        def double(*arguments):
            with self._booked(name, arguments):
                time.sleep(takes(*arguments) if callable(takes) else takes)
                return _given(gives, arguments)

        double.__name__ = double.__qualname__ = name
        double.__in_thread__ = self.double(name, takes, gives)
        return double

    @contextlib.contextmanager
    def _booked(self, name, arguments):
        call = Call(name, arguments, self.now)
        self.calls.append(call)
        self._live[name] = self._live.get(name, 0) + 1
        self._peaks[name] = max(self._peaks.get(name, 0), self._live[name])
        try:
            yield
            call.outcome = "done"
        except asyncio.CancelledError:
            call.outcome = "cancelled"
            raise
        except BaseException as error:
            call.outcome = "raised " + type(error).__name__
            raise
        finally:
            call.ended = self.now
            self._live[name] -= 1

    def opener(self, kind, takes=0.0, closing=0.0, fails=(), **methods):
        """A double that opens something: `await opener("a")` gives an object with a `name`, an asynchronous `close()`, and
        the `methods`, which are doubles. Names among `fails` cannot be opened: `OSError`. See `Seen.closed`."""

        def opened(name):
            if name in fails:
                return OSError("cannot open %s" % name)
            book = Opened(kind, name)
            self._opened.append(book)
            self.note("open %s" % name)
            return Resource(self, book, closing, methods)

        return self.double("open " + kind, takes, opened)

    def run(self, function, *arguments, **named):
        """Calls a coroutine function, and gives what was seen."""
        self._begin()
        loop = self._loop = LabLoop(etude_proxies.JUDGE, self.patience)
        seen = Seen()
        asyncio.set_event_loop(loop)
        try:

            async def main():
                return await function(*arguments, **named)

            main = loop.create_task(main())
            main.add_done_callback(loop.is_over)
            if self.cancel_at is not None:
                loop.call_at(self.cancel_at, main.cancel)
            loop.run_forever()
            main.remove_done_callback(loop.is_over)
            seen.elapsed, seen.longest_block, seen.trouble = loop.now, loop.longest, loop.trouble
            if not main.done():
                seen.error = TimeoutError(loop.trouble)
            elif main.cancelled():
                seen.error = asyncio.CancelledError()
            elif main.exception() is not None:
                seen.error = main.exception()
            else:
                seen._result = main.result()
            seen.calls = [call.copy() for call in self.calls]
            seen.opened = [book.copy() for book in self._opened]
            seen.peaks, seen.events = dict(self._peaks), list(self._events)
            seen.left = loop.still_there()
        finally:
            loop.end()
            asyncio.set_event_loop(None)
        return seen
