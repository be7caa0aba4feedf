"""Two event loops that take turns, so that coroutines of both sides wait for each other as if there were one loop.

Whose code runs a loop by itself is the one that leads. When its loop has nothing to do it asks the other side for a
turn: that loop runs until it has nothing to do either, and waits, no longer than the leading one would have.
"""
import asyncio
import time

# A coroutine that was never awaited is told of while something else happens, which is no time for an import.
import tracemalloc  # noqa: F401

from etude_peer import Peer

# How long the leading loop may be out of sight of what only it can hear of, such as a thread of its own.
_GLANCE = 0.01
# For so long threads are waited for where nothing else is due: one may be there that never says anything.
_PATIENCE = 100.0


class Turns:
    """Stands in place of the selector of a loop that awaits something of the other side's."""

    takes_turns = True

    def __init__(self, peer, loop, real):
        self.peer, self.loop, self.real = peer, loop, real

    def select(self, timeout=None):
        events = self.real.select(0)
        if events or (timeout is not None and timeout <= 0) or self.peer.dead:
            return events
        if len(self.real.get_map()) > 1 or self.peer.threads is not None and self.peer.threads.work():
            timeout = _GLANCE if timeout is None else min(timeout, _GLANCE)
        self.peer.take_in(self.peer.ask_turn(timeout, None)[0])
        return []

    def close(self):
        if not self.peer.dead:
            self.peer.ask("end_turns")
        self.real.close()

    def __getattr__(self, name):
        return getattr(self.real, name)


class Led:
    """Stands in place of the selector of the loop that gets its turns from the other side."""

    takes_turns = True

    def __init__(self, peer, loop, real):
        self.peer, self.loop, self.real = peer, loop, real
        # Of this turn: how long it may wait, what had been asked when it began, and the time where that is given.
        self.most, self.asked, self.begun, self.now = None, 0, 0, None
        self.next = None
        # How long it has waited for threads in this turn, where the time is given.
        self.waited = 0.0

    def select(self, timeout=None):
        events = self.real.select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        self.next = timeout
        has_news = self.peer.done or self.peer.begun != self.begun
        if self.now is not None and not has_news and self.peer.threads is not None:
            if self.peer.threads.work():
                return self._wait_for_threads(timeout)
            # What the last of them said before it came to rest.
            events = self.real.select(0)
            if events:
                return events
        if self.now is not None or self.peer.done or self.peer.questions != self.asked:
            # The other side decides about time, or has something to do.
            self.loop.stop()
            return []
        if self.most is None or timeout is not None and timeout < self.most:
            return self.real.select(timeout)
        self.loop.stop()
        return self.real.select(self.most)

    def _wait_for_threads(self, timeout):
        """Only this side hears of them, and the time they take is real: it passes until either side has to go on."""
        left = None if self.most is None else max(0.0, self.most - self.waited)
        due = min((moment for moment in (timeout, left) if moment is not None), default=_PATIENCE)
        began, before, glance = time.monotonic(), self.waited, _GLANCE / 10
        while True:
            passed = time.monotonic() - began
            works = self.peer.threads.work()
            events = self.real.select(min(glance, max(0.0, due - passed)) if works else 0)
            passed = time.monotonic() - began
            self.waited = before + passed
            if events or timeout is not None and passed >= timeout:
                return events
            if left is not None and passed >= left:
                self.waited = self.most
            if not works or passed >= due:
                self.next = None if timeout is None else max(0.0, timeout - passed)
                self.loop.stop()
                return []
            glance *= 2

    def __getattr__(self, name):
        return getattr(self.real, name)


class Loops(Peer):
    def __init__(self, socket, side):
        super().__init__(socket, side)
        # What of theirs we await; what of ours they await, and what became of it since they were told last.
        self.awaited, self.tasks, self.done = {}, {}, []
        self.last_task = 0
        # How often the other side was given something to run, or to end.
        self.begun = 0
        # The learner's, on its side; and the loop that leads there.
        self.threads, self.leading = None, None
        # Nobody steps the other loop any more.
        self.led, self.ending = None, False

    def take_turns(self):
        """From now on our running loop, if one runs, lets the other side's have its turns."""
        loop = asyncio._get_running_loop()
        if loop is not None and not getattr(loop._selector, "takes_turns", False):
            loop._selector = Turns(self, loop, loop._selector)
            self.leading = loop

    def wait_for(self, theirs):
        """What awaiting something of the other side's does; a cancellation reaches what is awaited."""
        loop = asyncio.get_running_loop()
        if self.ending:
            raise asyncio.CancelledError
        self.take_turns()
        number = self.ask("begin", theirs)
        self.begun += 1
        while True:
            future = self.awaited[number] = loop.create_future()
            try:
                return (yield from future)
            except asyncio.CancelledError:
                if not future.cancelled() or self.dead or self.ending:
                    raise
                self.ask("cancel", number)
                self.begun += 1

    def begin(self, thing):
        """Makes a task of something of ours that the other side awaits."""

        async def main():
            return await thing

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = self._led_loop()
        self.last_task += 1
        number = self.last_task
        # Its own coroutine is what a timeline names, and what findings are about.
        task = self.tasks[number] = loop.create_task(thing if asyncio.iscoroutine(thing) else main())
        task.add_done_callback(lambda task: self._is_done(number, task))
        return number

    def _is_done(self, number, task):
        self.tasks.pop(number, None)
        if task.cancelled():
            self.done.append((number, "cancelled", None))
        elif task.exception() is not None:
            self.done.append((number, "raised", task.exception()))
        else:
            self.done.append((number, "returned", task.result()))

    def cancel(self, number):
        if number in self.tasks:
            self.tasks[number].cancel()

    def ask_turn(self, most, now):
        """What has ended there, when it wants to go on, and how long it has waited for its threads."""
        answer = self.ask("turn", most, self.hand_out(), now)
        fine = type(answer) is tuple and len(answer) == 3 and type(answer[2]) in (int, float)
        fine = fine and (answer[1] is None or type(answer[1]) in (int, float) and answer[1] >= 0)
        if not fine or not 0 <= answer[2] <= (1e9 if most is None else most):
            self.fail("a turn that is none")
        return answer

    def hand_out(self):
        done, self.done = tuple(self.done), []
        return done

    def take_in(self, done):
        if type(done) is not tuple:
            self.fail("an end of a task that is none")
        for one in done:
            if type(one) is not tuple or len(one) != 3 or one[0] not in self.awaited:
                self.fail("an end of a task that is none")
            number, how, value = one
            future = self.awaited.pop(number)
            if future.done() or future.get_loop().is_closed():
                continue
            if how == "returned":
                future.set_result(value)
            elif how == "raised" and isinstance(value, BaseException):
                future.set_exception(RuntimeError(str(value)) if isinstance(value, StopIteration) else value)
            else:
                # As itself: the task that waits is told that what it waits for was cancelled.
                future.set_exception(asyncio.CancelledError())

    def _led_loop(self):
        if self.led is None or self.led.is_closed():
            self.led = asyncio.new_event_loop()
            self.led._selector = Led(self, self.led, self.led._selector)
            real = self.led.time
            self.led.time = lambda: real() if selector.now is None else selector.now + selector.waited
            selector = self.led._selector
        return self.led

    def turn(self, most, done, now):
        """Runs our loop until it would wait for longer than `most`: see `ask_turn`."""
        loop = self._led_loop()
        self.take_in(done)
        selector = loop._selector
        selector.most, selector.asked, selector.now, selector.next = most, self.questions, now, None
        selector.begun, selector.waited = self.begun, 0.0
        if loop.is_running():
            self.fail("a turn within a turn")
        loop.run_forever()
        return self.hand_out(), selector.next, selector.waited

    def end_turns(self):
        """The leading loop is no more: neither is what still runs in ours."""
        loop, self.led = self.led, None
        if loop is None or loop.is_closed():
            return
        left = asyncio.all_tasks(loop)
        loop._selector = loop._selector.real
        del loop.time
        for task in left:
            task.cancel()
        self.ending = True
        try:
            if left:
                loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
        finally:
            self.ending = False
        self.tasks.clear()
        self.done.clear()


async def awaiting(thing):
    """A coroutine of this side's own for one of the other's: only those can be made tasks of."""
    return await thing
