"""The loop of a lab: its time moves when neither side has anything to do."""
import asyncio
import time

MOST_TURNS = 100_000
_LONGEST_TURN = 0.05
_MOST_SHOWN = 5


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


class LabLoop(asyncio.SelectorEventLoop):
    def __init__(self, peer, patience):
        self.now, self.peer, self.patience = 0.0, peer, patience
        self.turns, self.longest, self.trouble = 0, 0.0, None
        super().__init__()
        self._selector = _Idle(self, self._selector)

    def time(self):
        return self.now

    def idle(self, timeout):
        """Gives the other side its turn, and then moves the clock to whoever is to go on next."""
        theirs = None
        if self.peer is not None:
            # That it waited, and did not stand still, is the other side's word: it is asked for often.
            most = _LONGEST_TURN if timeout is None else min(timeout, _LONGEST_TURN)
            began = time.monotonic()
            done, theirs, waited = self.peer.ask_turn(most, self.now)
            self.longest = max(self.longest, time.monotonic() - began - waited)
            self.now += waited
            self.peer.take_in(done)
            if done or self._ready or waited >= most and self.now <= self.patience:
                return
            timeout = None if timeout is None else timeout - waited
        self.turns += 1
        due = [moment for moment in (timeout, theirs) if moment is not None]
        if self.now > self.patience:
            self.trouble = "it was not over after %g s: something goes on for ever" % self.patience
        elif not due:
            waiting = ": " + shown(self.still_there()) if self.still_there() else ""
            self.trouble = "deadlock: everything waits, and nothing can end that" + waiting
        elif self.turns > MOST_TURNS:
            self.trouble = "it waited more than %d times" % MOST_TURNS
        elif self.now + min(due) > self.patience:
            self.trouble = "it was not over after %g s: something goes on for ever" % self.patience
        if self.trouble is not None:
            self.stop()
        else:
            self.now += min(due)
            # So that the learner's code sees the same time on every clock.
            time.sleep(min(due))

    def is_over(self, _task):
        self.stop()

    def still_there(self):
        """The tasks that the learner's loop still has, by its own word: where each of them waits."""
        return self.peer.still_there() if self.peer is not None else []

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


def shown(tasks):
    """Where tasks wait, as `still_there` gives them, the same ones once."""
    places = {}
    for function, file, line, text in tasks:
        place = "`%s`" % function
        if file:
            place += " waits at `%s` line %d%s" % (file, line, ", `%s`" % text if text else "")
        places[place] = places.get(place, 0) + 1
    words = [place + (" (%d tasks)" % count if count > 1 else "") for place, count in sorted(places.items())]
    return "; ".join(words[:_MOST_SHOWN] + (["…"] if len(words) > _MOST_SHOWN else []))
