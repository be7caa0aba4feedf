import unittest

from etude_lab import Lab, task

import watch


class MoreTasks(unittest.TestCase):
    @task(3)
    def test_only_the_last_is_late(self):
        """Many tasks, of which one is late by a little."""
        lab = Lab()

        async def scenario():
            names = ["%d" % number for number in range(1, 9)]
            return await watch.stop_after(watch.start_all(lab.double("work", takes=float), names), 7.5)

        seen = lab.run(scenario)
        self.assertEqual(seen.result, ["8"])
        seen.cancelled_at("work", 7.5)
        seen.nothing_left()

    @task(4)
    def test_one_of_many_fails(self):
        """The failure comes when some are done already."""
        lab = Lab()
        fails = lambda name: ValueError(name) if name == "4" else name
        names = ["%d" % number for number in range(1, 9)]
        seen = lab.run(watch.run_together, lab.double("work", takes=float, gives=fails), names)
        seen.raised(ValueError)
        seen.took(4)
        seen.cancelled("work", 4)
        seen.nothing_left()
