import asyncio
import unittest

from etude_lab import Lab, task

import resilient


def scripted(*answers):
    """Gives these answers in turn; exceptions are raised. What fails is written down here, and left to no chance."""
    left = list(answers)
    return lambda *_: left.pop(0)


@task(1)
class Retries(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()

    def fetch(self, *answers):
        return self.lab.double("fetch", takes=1, gives=scripted(*answers))

    def test_until_it_works(self):
        """Two failures, a pause after each, and the third attempt works."""
        patient = resilient.retry(attempts=3, pause=2)(self.fetch(OSError("a"), OSError("b"), "up"))
        seen = self.lab.run(patient, "page")
        self.assertEqual(seen.result, "up")
        seen.began_at("fetch", 0, 3, 6)
        self.assertEqual({call.arguments for call in seen.calls}, {("page",)})

    def test_works_at_once(self):
        """What works is called once."""
        seen = self.lab.run(resilient.retry(attempts=3, pause=2)(self.fetch("up")))
        self.assertEqual(seen.result, "up")
        seen.took(1)

    def test_gives_up(self):
        """After the last attempt its exception is raised, without another pause."""
        errors = [OSError("a"), OSError("b"), OSError("c"), OSError("d")]
        seen = self.lab.run(resilient.retry(attempts=3, pause=1)(self.fetch(*errors)))
        seen.called("fetch", 3)
        self.assertEqual(str(seen.raised(OSError)), "c")
        seen.took(5)

    def test_other_exceptions(self):
        """What is not worth another attempt is raised at once."""
        fetch = self.fetch(KeyError("page"), "up", "up")
        seen = self.lab.run(resilient.retry(attempts=3, pause=1, only=OSError)(fetch))
        seen.called("fetch", 1)
        seen.raised(KeyError)

    def test_a_cancellation_is_no_failure(self):
        """Who is cancelled does not try again."""
        lab = Lab(cancel_at=4)
        fetch = lab.double("fetch", takes=10, gives="up")
        seen = lab.run(resilient.retry(attempts=3, pause=1)(fetch))
        seen.called("fetch", 1)
        seen.passed_on_cancellation()

    def test_the_name_is_kept(self):
        """A decorated function bears the name of the one inside."""
        self.assertEqual(resilient.retry(attempts=2, pause=1)(self.fetch()).__name__, "fetch")


class WithWork(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        fails = lambda name, seconds: {"b": OSError("b"), "c": ValueError("c")}.get(name, name)
        self.work = self.lab.double("work", takes=lambda name, seconds: seconds, gives=fails)


@task(2)
class Gathering(WithWork):
    def gathered(self, *names):
        async def scenario():
            found = await resilient.outcomes(*(self.work(name, 2) for name in names))
            return [(outcome.value, outcome.error and str(outcome.error)) for outcome in found]

        return self.lab.run(scenario)

    def test_each_has_its_outcome(self):
        """Values and errors, each in its place."""
        seen = self.gathered("a", "b", "d", "c")
        self.assertEqual(seen.result, [("a", None), (None, "b"), ("d", None), (None, "c")])
        seen.ran_concurrently("work")
        seen.took(2)
        seen.nothing_left()

    def test_nothing_failed(self):
        """Only values, and nothing at all."""
        self.assertEqual(self.gathered("a", "d").result, [("a", None), ("d", None)])
        self.assertEqual(self.gathered().result, [])

    def test_cancelled_from_outside(self):
        """A cancellation is no outcome: it ends all that runs, and goes on."""
        lab = Lab(cancel_at=1)
        work = lab.double("work", takes=9)

        async def scenario():
            return await resilient.outcomes(work("a"), work("b"))

        seen = lab.run(scenario)
        seen.passed_on_cancellation()
        seen.cancelled("work", 2)
        seen.nothing_left()

    def test_all_values(self):
        """Without errors, `values` gives what there is."""

        async def scenario():
            return resilient.values(await resilient.outcomes(self.work("a", 1), self.work("d", 2)))

        self.assertEqual(self.lab.run(scenario).result, ["a", "d"])

    def test_all_failures_are_raised(self):
        """With errors, `values` raises all of them together."""

        async def scenario():
            return resilient.values(await resilient.outcomes(*(self.work(name, 1) for name in "abc")))

        error = self.lab.run(scenario).raised(ExceptionGroup)
        self.assertEqual(sorted(type(one).__name__ for one in error.exceptions), ["OSError", "ValueError"])


@task(3)
class Limits(WithWork):
    def limited(self, name, seconds, limit, *instead):
        async def scenario():
            return await resilient.in_time(self.work(name, seconds), limit, *instead)

        return self.lab.run(scenario)

    def test_in_time(self):
        """What is ready in time is the result."""
        seen = self.limited("a", 2, 3, "too late")
        self.assertEqual(seen.result, "a")
        seen.took(2)

    def test_too_late(self):
        """What takes too long is cancelled, and replaced."""
        seen = self.limited("a", 9, 3, "too late")
        self.assertEqual(seen.result, "too late")
        seen.nothing_left()
        seen.cancelled_at("work", 3)
        self.assertIsNone(self.limited("a", 9, 3).result)

    def test_failures(self):
        """What the work raises is raised."""
        self.limited("c", 1, 3, "too late").raised(ValueError)

    def test_a_timeout_of_the_work(self):
        """A `TimeoutError` of the work's own is a failure like any other."""
        work = self.lab.double("work", takes=1, gives=TimeoutError("no answer"))

        async def scenario():
            return await resilient.in_time(work(), 5, "too late")

        self.lab.run(scenario).raised(TimeoutError)


@task(4)
class Protected(unittest.TestCase):
    def saved(self, cancel_at, gives="saved"):
        lab = Lab(cancel_at=cancel_at)
        save = lab.double("save", takes=5, gives=gives)

        async def scenario():
            return await resilient.uninterrupted(save())

        return lab.run(scenario)

    def test_undisturbed(self):
        """Without a cancellation it is like `await`."""
        self.assertEqual(self.saved(None).result, "saved")
        self.saved(None, ValueError("full")).raised(ValueError)

    def test_it_goes_on_to_its_end(self):
        """The work ends as if nothing had happened; then the cancellation goes on."""
        seen = self.saved(2)
        seen.cancelled("save", 0)
        seen.nothing_left()
        seen.passed_on_cancellation()
        seen.took(5)

    def test_a_failure_after_the_cancellation(self):
        """The cancellation goes on even if the work fails after it."""
        seen = self.saved(2, ValueError("full"))
        seen.nothing_left()
        seen.passed_on_cancellation()
