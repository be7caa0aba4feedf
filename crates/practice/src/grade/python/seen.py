"""What a lab has seen. Each method is an assertion that says what it has found instead, in words for a learner."""
import asyncio
import copy

from etude_lab_loop import shown


class Call:
    """One call of a double."""

    def __init__(self, name, arguments, began):
        self.name, self.arguments, self.began = name, arguments, began
        self.ended, self.outcome = None, "unfinished"

    def copy(self):
        return copy.copy(self)

    def __repr__(self):
        inside = ", ".join(map(repr, self.arguments))
        return "%s(%s) from %g, %s" % (self.name, inside, self.began, self.outcome)


class Opened:
    """Something that was opened, and how often it was closed."""

    def __init__(self, kind, name):
        self.kind, self.name, self.closed = kind, name, 0

    def copy(self):
        return copy.copy(self)


class Seen:
    def __init__(self):
        self._result = self.error = None
        # By the clock of the lab.
        self.elapsed = 0.0
        self.calls, self.peaks, self.opened = [], {}, []
        # What was noted, with its time.
        self.events = []
        # The tasks that were still there.
        self.left = []
        # How long the loop went on without a pause, by the clock on the wall.
        self.longest_block = 0.0
        # Why it did not come to an end.
        self.trouble = None
        # A test has asked for the exception it ended with.
        self._expected = False

    @property
    def result(self):
        """What was returned. Where an exception came instead, that is raised."""
        self.came_to_an_end()
        if isinstance(self.error, asyncio.CancelledError):
            raise AssertionError("it was cancelled, so nothing was returned")
        if self.error is not None:
            raise self.error
        return self._result

    def of(self, name):
        return [call for call in self.calls if call.name == name]

    def _need(self, holds, text, *values):
        if self.trouble is not None:
            raise AssertionError(self.trouble)
        if holds:
            return
        if isinstance(self.error, NotImplementedError):
            raise self.error
        text %= values
        if self.error is None or self._expected or isinstance(self.error, asyncio.CancelledError):
            raise AssertionError(text)
        # It may be the reason.
        raise AssertionError("%s; and it ended with `%s`" % (text, self._raised())) from self.error

    def _raised(self):
        return ("%s: %s" % (type(self.error).__name__, self.error)).rstrip(": ")

    def came_to_an_end(self):
        self._need(True, "")

    # How many at a time.

    def ran_concurrently(self, name):
        """All calls of a double were under way at the same time."""
        count, peak = len(self.of(name)), self.peaks.get(name, 0)
        if peak > 1:
            found = "of %s of `%s` at most %d ran at a time" % (_calls(count), name, peak)
        elif count > 1:
            found = "the %d calls of `%s` ran one after another: start all of them before you wait for the first" % (count, name)
        else:
            found = "`%s` was %s; several calls at the same time are expected" % (name, _done("called", count))
        self._need(count > 1 and peak == count, "%s", found)

    def ran_sequentially(self, name):
        """No call of a double began before the one before it had ended."""
        peak = self.peaks.get(name, 0)
        self._need(peak <= 1, "%d calls of `%s` ran at the same time, where one was to follow the other", peak, name)

    def at_most(self, most, name):
        """Never more calls of a double were under way than that, though as many where there was enough to do."""
        peak, count = self.peaks.get(name, 0), len(self.of(name))
        self._need(peak <= most, "%d calls of `%s` ran at the same time, at most %d may", peak, name, most)
        self._need(peak == min(most, count), "only %s of `%s` ran at the same time, %d may", _calls(peak), name, most)

    # When, how often, in what order.

    def took(self, seconds, within=0.05):
        """It took about so long, by the clock of the lab."""
        fine = abs(self.elapsed - seconds) <= within
        self._need(fine, "it took %g s; expected: %g s", round(self.elapsed, 3), seconds)

    def called(self, name, count):
        found = len(self.of(name))
        self._need(found == count, "`%s` was %s; expected: %s", name, _done("called", found), _times(count))

    def began_at(self, name, *moments, within=0.05):
        """The calls of a double began at these times: retries after their pauses, a rate that is kept."""
        found = [call.began for call in self.of(name)]
        fine = len(found) == len(moments) and all(abs(one - other) <= within for one, other in zip(found, moments))
        text = "the calls of `%s` began at %s s; expected: %s s"
        self._need(fine, text, name, _seconds(found), _seconds(moments))

    def happened(self, *events):
        """This was noted, in this order, and nothing else."""
        found = [event for _, event in self.events]
        words = ["; then ".join(map(str, one)) or "nothing" for one in (found, events)]
        self._need(found == list(events), "what happened: %s. Expected is: %s", *words)

    # How it ended.

    def raised(self, kind):
        """It ended with such an exception, which is given."""
        self._expected = True
        try:
            if self.error is None:
                self._need(False, "nothing was raised, and `%s` is expected: a failure was lost", kind.__name__)
            fine = isinstance(self.error, kind)
            self._need(fine, "`%s` was raised, and `%s` is expected", self._raised(), kind.__name__)
        except AssertionError as error:
            # With the place in the learner's code.
            raise error from self.error
        return self.error

    def passed_on_cancellation(self):
        """What ran was cancelled from outside, and ended so."""
        text = (
            "the cancellation was swallowed, and a result was returned: clean up where you catch `CancelledError`, and then "
            "raise it again"
        )
        self._need(self.error is not None, text)
        self.raised(asyncio.CancelledError)

    def cancelled(self, name, count=None):
        """Calls of a double were cancelled: so many, or all that had not ended."""
        found = sum(call.outcome == "cancelled" for call in self.of(name))
        wanted = sum(call.outcome in ("cancelled", "unfinished") for call in self.of(name)) if count is None else count
        fine = found == wanted and (wanted > 0 or count == 0)
        was = "was" if found == 1 else "were"
        self._need(fine, "%s of `%s` %s cancelled; expected: %d", _calls(found), name, was, wanted)

    def cancelled_at(self, name, moment, within=0.05):
        """All calls of a double that were cancelled ended at this time, and there were some."""
        found = [call.ended for call in self.of(name) if call.outcome == "cancelled"]
        self._need(found, "no call of `%s` was cancelled", name)
        fine = all(abs(one - moment) <= within for one in found)
        self._need(fine, "calls of `%s` were cancelled at %s s; expected: %g s", name, _seconds(found), moment)

    def closed(self, kind, count=None):
        """Everything of a kind that was opened was closed, once; `count` says how many there were."""
        found = [one for one in self.opened if one.kind == kind]
        fine = count is None or len(found) == count
        self._need(fine, "a `%s` was %s; expected: %s", kind, _done("opened", len(found)), _times(count or 0))
        for one in found:
            text = "`%s` was left open: close it in a `finally`, or let `async with` do it"
            self._need(one.closed > 0, text, one.name)
            self._need(one.closed == 1, "`%s` was closed %s; once is enough", one.name, _times(one.closed))

    def nothing_left(self):
        """No call is under way any more, and no task of the learner's."""
        unfinished = [call for call in self.calls if call.outcome == "unfinished"]
        self._need(not unfinished, "`%r` was still under way at the end", unfinished[0] if unfinished else None)
        count = "%d tasks were" % len(self.left) if len(self.left) != 1 else "a task was"
        self._need(not self.left, "%s still there at the end: %s", count, shown(self.left))

    def never_blocked(self, longest=0.1):
        """The event loop never stood still for longer, as it does in `time.sleep`."""
        fine = self.longest_block <= longest
        self._need(fine, "the event loop stood still for %.1f s: await what takes time", self.longest_block)


def _seconds(moments):
    return ", ".join("%g" % round(moment, 3) for moment in moments) or "no"


def _calls(count):
    return "1 call" if count == 1 else "%d calls" % count


def _done(what, count):
    return "never " + what if count == 0 else "%s %s" % (what, _times(count))


def _times(count):
    return {0: "never", 1: "once"}.get(count, "%d times" % count)
