import functools
import unittest

from etude_lab import Lab, task

import strategies


class MoreJobs(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.job = self.lab.double("job", takes=lambda number: (number * 7) % 5 + 1, gives=lambda number: number * number)
        self.factories = [functools.partial(self.job, number) for number in range(10)]

    @task(3)
    def test_ready_first(self):
        """Ten jobs in the order of their ends."""
        seen = self.lab.run(strategies.as_they_finish, self.factories)
        result = seen.result
        self.assertEqual(sorted(result), [number * number for number in range(10)])
        took = {number * number: (number * 7) % 5 + 1 for number in range(10)}
        self.assertEqual([took[one] for one in result], sorted(took.values()))

    @task(4)
    def test_limits(self):
        """Ten jobs with limits from one to ten."""
        for most in (1, 2, 5, 10):
            seen = self.lab.run(strategies.limited, self.factories, most)
            self.assertEqual(seen.result, [number * number for number in range(10)])
            seen.at_most(most, "job")

    @task(4)
    def test_a_failure_gives_its_place_back(self):
        """A job that raises does not keep its place."""
        failing = self.lab.double("failing", takes=1, gives=OSError("no"))

        async def calmly():
            try:
                await failing()
            except OSError:
                return "failed"

        seen = self.lab.run(strategies.limited, [calmly] * 4, 2)
        self.assertEqual(seen.result, ["failed"] * 4)
        seen.took(2)
