import unittest

from etude_lab import Lab, task

import resilient


class MoreFailures(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()

    @task(1)
    def test_other_numbers_of_attempts(self):
        """Between one attempt and seven."""
        for attempts in (1, 2, 7):
            fetch = self.lab.double("fetch", takes=0, gives=OSError("down"))
            seen = self.lab.run(resilient.retry(attempts=attempts, pause=0.5, only=(OSError, KeyError))(fetch))
            seen.raised(OSError)
            seen.began_at("fetch", *(number * 0.5 for number in range(attempts)))

    @task(1)
    def test_used_twice(self):
        """A decorated function counts anew with each call."""
        answers = [OSError("a"), "one", OSError("b"), "two"]
        patient = resilient.retry(attempts=2, pause=1)(self.lab.double("fetch", gives=lambda: answers.pop(0)))

        async def twice():
            return await patient(), await patient()

        self.assertEqual(self.lab.run(twice).result, ("one", "two"))

    @task(2)
    def test_many_outcomes(self):
        """Twenty, of which each third fails."""
        fails = lambda number: RuntimeError(str(number)) if number % 3 == 0 else number
        work = self.lab.double("work", takes=lambda number: number % 4, gives=fails)

        async def scenario():
            found = await resilient.outcomes(*map(work, range(20)))
            return [outcome.value for outcome in found if outcome.error is None]

        seen = self.lab.run(scenario)
        self.assertEqual(seen.result, [number for number in range(20) if number % 3])
        seen.took(3)
