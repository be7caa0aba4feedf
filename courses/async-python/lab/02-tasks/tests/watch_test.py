import asyncio
import unittest

from etude_lab import Lab, task

import watch


@task(1)
class Starting(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.work = self.lab.double("work", takes=2, gives=str.upper)

    def test_nothing_runs_before_the_first_await(self):
        """A task is only scheduled when it is made: it begins when the one who made it waits."""

        async def scenario():
            tasks = watch.start_all(self.work, ["a", "b"])
            self.lab.note("all are made")
            return [await task for task in tasks]

        self.work = self.lab.double("work", takes=2, gives=lambda name: self.lab.note("%s is done" % name))
        seen = self.lab.run(scenario)
        seen.came_to_an_end()
        seen.ran_concurrently("work")
        seen.happened("all are made", "a is done", "b is done")
        seen.took(2)

    def test_names(self):
        """Each task bears the name it was made for."""

        async def scenario():
            tasks = watch.start_all(self.work, ["north", "south"])
            names = [task.get_name() for task in tasks]
            return names, [await task for task in tasks]

        seen = self.lab.run(scenario)
        self.assertEqual(seen.result, (["north", "south"], ["NORTH", "SOUTH"]))


class WithReports(unittest.TestCase):
    def watched(self, lab, takes, every, gives=None):
        async def scenario():
            tasks = watch.start_all(lab.double("work", takes=takes, gives=gives), ["1", "2", "5"])
            await watch.watch(tasks, every, lambda done, total: lab.note((done, total)))

        seen = lab.run(scenario)
        seen.came_to_an_end()
        if seen.error is not None:
            raise seen.error
        return seen


@task(2)
class Watching(WithReports):
    def test_reports(self):
        """A report at once, one after each pause, and one at the end."""
        seen = self.watched(Lab(), takes=lambda name: int(name) + 0.5, every=1)
        seen.happened((0, 3), (0, 3), (1, 3), (2, 3), (2, 3), (2, 3), (3, 3))
        seen.took(5.5)

    def test_the_last_report(self):
        """It ends with the last task, and not after another pause."""
        seen = self.watched(Lab(), takes=float, every=2)
        self.assertEqual(seen.events[-1][1], (3, 3))
        seen.took(5)

    def test_failures_are_not_its_business(self):
        """A task that has raised is done."""
        fails = lambda name: OSError("broken") if name == "1" else None
        seen = self.watched(Lab(), takes=lambda name: int(name) + 0.5, every=3, gives=fails)
        seen.happened((0, 3), (2, 3), (3, 3))


@task(3)
class Cancelling(unittest.TestCase):
    def stopped(self, work, names, seconds):
        async def scenario():
            return await watch.stop_after(watch.start_all(work, names), seconds)

        return self.lab.run(scenario)

    def setUp(self):
        self.lab = Lab()

    def test_those_that_are_late(self):
        """Whoever is not done in time is cancelled and named, in the order of the tasks."""
        seen = self.stopped(self.lab.double("work", takes=float), ["9", "1", "5"], 3)
        self.assertEqual(seen.result, ["9", "5"])
        seen.cancelled("work", 2)
        seen.cancelled_at("work", 3)
        seen.nothing_left()

    def test_nobody_is_late(self):
        """When all are done there is nothing to wait for."""
        seen = self.stopped(self.lab.double("work", takes=float), ["1", "2"], 10)
        self.assertEqual(seen.result, [])
        seen.cancelled("work", 0)
        seen.took(2)

    def test_it_waits_for_their_end(self):
        """A task that is cancelled may have something to put away. It has ended only after that."""

        async def tidy(name):
            try:
                await asyncio.sleep(100)
            finally:
                await asyncio.sleep(1)
                self.lab.note("%s is tidy" % name)

        seen = self.stopped(tidy, ["a", "b"], 3)
        self.assertEqual(seen.result, ["a", "b"])
        seen.took(4)
        self.assertCountEqual([event for _, event in seen.events], ["a is tidy", "b is tidy"])
        seen.nothing_left()

    def test_no_tasks(self):
        """Without tasks it returns at once."""
        seen = self.stopped(self.lab.double("work"), [], 10)
        self.assertEqual(seen.result, [])
        seen.took(0)


@task(4)
class Together(unittest.TestCase):
    def test_results_in_order(self):
        """Results come in the order of the names, whoever is done first."""
        lab = Lab()
        seen = lab.run(watch.run_together, lab.double("work", takes=float, gives=lambda name: name * 2), ["3", "1", "2"])
        self.assertEqual(seen.result, ["33", "11", "22"])
        seen.ran_concurrently("work")
        seen.took(3)
        seen.nothing_left()

    def test_a_failure_ends_all(self):
        """The first failure is raised, and by then the others have been cancelled."""
        lab = Lab()
        fails = lambda name: OSError("broken") if name == "2" else name
        seen = lab.run(watch.run_together, lab.double("work", takes=float, gives=fails), ["5", "2", "9"])
        seen.raised(OSError)
        seen.took(2)
        seen.nothing_left()
        seen.cancelled("work", 2)

    def test_cancelled_from_outside(self):
        """Who is cancelled takes all tasks along, and lets the cancellation through."""
        lab = Lab(cancel_at=4)

        async def work(name):
            await stuck(name)

        stuck = lab.double("stuck", takes=1000)
        seen = lab.run(watch.run_together, work, ["a", "b", "c"])
        seen.passed_on_cancellation()
        seen.nothing_left()
        seen.cancelled("stuck", 3)
        seen.cancelled_at("stuck", 4)

    def test_nothing_to_do(self):
        """No names, no results."""
        lab = Lab()
        seen = lab.run(watch.run_together, lab.double("work"), [])
        self.assertEqual(seen.result, [])
