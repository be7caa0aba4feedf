"""Timing of asynchronous code, judged by what it awaits and not by what it says.

    from etude_lab import Lab

    lab = Lab()
    fetch = lab.double("fetch", takes=10, gives=lambda page: page.upper())
    seen = lab.run(download_all, fetch, ["a", "b", "c"])
    self.assertEqual(seen.result, ["A", "B", "C"])
    seen.ran_concurrently("fetch")

`lab.run` calls a coroutine function in a time of its own, which moves only when everything waits: a double that takes
ten seconds takes exactly that, and costs nothing. The doubles keep the books, out of reach of the code that calls them:
how long something took, how many calls were under way, which were cancelled. Code can wait without need, but it cannot
make a double shorter. Only `nothing_left` also believes what the learner's own loop says.

`@task(2)` says which task of the exercise a test is about, as `@pytest.mark.task(taskno=2)` does where there is pytest.
"""
import asyncio
import time

import etude_proxies

MOST_TURNS = 100_000


class _Mark:
    """As much of a mark of pytest's as tells a task."""

    name = "task"

    def __init__(self, number):
        self.args, self.kwargs = (number,), {}


def task(number):
    def mark(test):
        test.pytestmark = [*getattr(test, "pytestmark", ()), _Mark(number)]
        return test

    return mark


class Call:
    """One call of a double."""

    def __init__(self, name, arguments, began):
        self.name, self.arguments, self.began = name, arguments, began
        self.ended, self.outcome = None, "unfinished"

    def __repr__(self):
        inside = ", ".join(map(repr, self.arguments))
        return "%s(%s) from %g, %s" % (self.name, inside, self.began, self.outcome)


class Lab:
    def __init__(self, cancel_at=None):
        """`cancel_at`: when what runs is cancelled from outside."""
        self.cancel_at = cancel_at
        self._calls, self._loop, self._live, self._peaks = [], None, {}, {}

    def double(self, name, takes=0.0, gives=None):
        """An asynchronous function to hand to the learner's code. `takes` and `gives` may be functions of its arguments;
        an exception that `gives` returns or raises is raised."""

        async def double(*arguments):
            loop = self._loop
            call = Call(name, arguments, loop.time())
            self._calls.append(call)
            self._live[name] = self._live.get(name, 0) + 1
            self._peaks[name] = max(self._peaks.get(name, 0), self._live[name])
            try:
                await asyncio.sleep(takes(*arguments) if callable(takes) else takes)
                given = gives(*arguments) if callable(gives) else gives
                if isinstance(given, BaseException):
                    raise given
                call.outcome = "done"
                return given
            except asyncio.CancelledError:
                call.outcome = "cancelled"
                raise
            except BaseException as error:
                call.outcome = "raised " + type(error).__name__
                raise
            finally:
                call.ended = loop.time()
                self._live[name] -= 1

        double.__name__ = double.__qualname__ = name
        return double

    def run(self, function, *arguments, **named):
        """Calls a coroutine function, and gives what was seen."""
        self._calls, self._live, self._peaks = [], {}, {}
        loop = self._loop = _Loop(etude_proxies.JUDGE)
        seen = Seen()
        asyncio.set_event_loop(loop)
        try:

            async def main():
                return await function(*arguments, **named)

            task = loop.create_task(main())
            task.add_done_callback(loop.is_over)
            if self.cancel_at is not None:
                loop.call_at(self.cancel_at, task.cancel)
            loop.run_forever()
            task.remove_done_callback(loop.is_over)
            seen.elapsed, seen.longest_block, seen.trouble = loop.now, loop.longest, loop.trouble
            if not task.done():
                seen.error = TimeoutError(loop.trouble)
            elif task.cancelled():
                seen.error = asyncio.CancelledError()
            elif task.exception() is not None:
                seen.error = task.exception()
            else:
                seen._result = task.result()
            seen.calls = [_copy(call) for call in self._calls]
            seen.peaks = dict(self._peaks)
            seen.left = loop.left()
        finally:
            loop.end()
            asyncio.set_event_loop(None)
        return seen


def _copy(call):
    copied = Call(call.name, call.arguments, call.began)
    copied.ended, copied.outcome = call.ended, call.outcome
    return copied


class Seen:
    """What happened. Each method is an assertion that says what it has found instead."""

    def __init__(self):
        self._result = self.error = None
        # By the clock of the lab.
        self.elapsed = 0.0
        self.calls, self.peaks, self.left = [], {}, 0
        # How long the loop went on without a pause, by the clock on the wall.
        self.longest_block = 0.0
        # Why it did not come to an end.
        self.trouble = None

    @property
    def result(self):
        """What was returned. Of what did not come to an end there is none."""
        self.came_to_an_end()
        return self._result

    def of(self, name):
        return [call for call in self.calls if call.name == name]

    def _need(self, holds, text, *values):
        if self.trouble is not None:
            raise AssertionError(self.trouble)
        if not holds:
            raise AssertionError(text % values)

    def came_to_an_end(self):
        self._need(True, "")

    def ran_concurrently(self, name):
        """All calls of a double were under way at the same time."""
        count, peak = len(self.of(name)), self.peaks.get(name, 0)
        text = "the %d calls of `%s` ran one after another" if peak <= 1 else "of %d calls of `%s` at most " + str(peak) + " ran at a time"
        self._need(count > 1 and peak == count, text, count, name)

    def ran_sequentially(self, name):
        """No call of a double began before the one before it had ended."""
        peak = self.peaks.get(name, 0)
        self._need(peak <= 1, "%d calls of `%s` ran at the same time, where one was to follow the other", peak, name)

    def at_most(self, most, name):
        """Never more calls of a double were under way than that, though as many where there was enough to do."""
        peak, count = self.peaks.get(name, 0), len(self.of(name))
        self._need(peak <= most, "%d calls of `%s` ran at the same time, at most %d may", peak, name, most)
        self._need(peak == min(most, count), "only %d calls of `%s` ran at the same time, %d may", peak, name, most)

    def took(self, seconds, within=0.05):
        """It took about so long, by the clock of the lab."""
        fine = abs(self.elapsed - seconds) <= within
        self._need(fine, "it took %g s, and %g s are expected", round(self.elapsed, 3), seconds)

    def cancelled(self, name, count=None):
        """Calls of a double were cancelled: so many, or all that had not ended."""
        found = sum(call.outcome == "cancelled" for call in self.of(name))
        wanted = sum(call.outcome in ("cancelled", "unfinished") for call in self.of(name)) if count is None else count
        self._need(found == wanted and wanted > 0, "%d calls of `%s` were cancelled, and %d are expected", found, name, wanted)

    def called(self, name, count):
        found = len(self.of(name))
        self._need(found == count, "`%s` was called %d times, and %d are expected", name, found, count)

    def nothing_left(self):
        """No call is under way any more, and no task of the learner's."""
        unfinished = [call for call in self.calls if call.outcome == "unfinished"]
        self._need(not unfinished, "`%r` was still under way at the end", unfinished[0] if unfinished else None)
        self._need(not self.left, "%d tasks were still there at the end", self.left)

    def never_blocked(self, longest=0.1):
        """The event loop never stood still for longer, as it does in `time.sleep`."""
        fine = self.longest_block <= longest
        self._need(fine, "the event loop stood still for %.1f s: await what takes time", self.longest_block)


class _Idle:
    """Stands in place of the selector of a lab's loop."""

    takes_turns = True

    def __init__(self, loop, real):
        self.loop, self.real = loop, real

    def select(self, timeout=None):
        if timeout is None or timeout > 0:
            self.loop.idle(timeout)
        return []

    def __getattr__(self, name):
        return getattr(self.real, name)


class _Loop(asyncio.SelectorEventLoop):
    """A loop whose time moves when neither side has anything to do."""

    def __init__(self, peer):
        self.now, self.peer, self.turns, self.longest, self.trouble = 0.0, peer, 0, 0.0, None
        super().__init__()
        self._selector = _Idle(self, self._selector)

    def time(self):
        return self.now

    def idle(self, timeout):
        """Gives the other side its turn, and then moves the clock to whoever is to go on next."""
        theirs = None
        if self.peer is not None:
            began = time.monotonic()
            done, theirs = self.peer.ask_turn(None, self.now)
            self.longest = max(self.longest, time.monotonic() - began)
            self.peer.take_in(done)
            if done or self._ready:
                return
        self.turns += 1
        due = [moment for moment in (timeout, theirs) if moment is not None]
        if not due or self.turns > MOST_TURNS:
            many = "it waited more than %d times" % MOST_TURNS
            self.trouble = many if due else "deadlock: everything waits, and nothing can end that"
            self.stop()
        else:
            self.now += min(due)

    def is_over(self, _task):
        self.stop()

    def left(self):
        return self.peer.ask("left") if self.peer is not None else 0

    def end(self):
        """What is left on either side is cancelled; the books are closed by now."""
        peer, self.peer = self.peer, None
        if peer is not None and not peer.dead:
            peer.ask("end_turns")
        left = asyncio.all_tasks(self)
        for task in left:
            task.cancel()
        if peer is not None:
            peer.ending = True
        try:
            if left:
                self.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        finally:
            if peer is not None:
                peer.ending = False
            self.close()
