import functools
import unittest

from etude_lab import Lab, task

import strategies


class WithJobs(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.job = self.lab.double("job", takes=float, gives=lambda seconds: "after %s" % seconds)

    def factories(self, *seconds):
        """One for each job, which takes so long."""
        return [functools.partial(self.job, one) for one in seconds]


@task(1)
class OneByOne(WithJobs):
    def test_in_order(self):
        """One job follows the other."""
        seen = self.lab.run(strategies.one_by_one, self.factories("3", "1", "2"))
        self.assertEqual(seen.result, ["after 3", "after 1", "after 2"])
        seen.ran_sequentially("job")
        seen.took(6)


@task(2)
class AllTogether(WithJobs):
    def test_at_the_same_time(self):
        """All jobs are under way at once, and the results keep their order."""
        seen = self.lab.run(strategies.together, self.factories("3", "1", "2"))
        self.assertEqual(seen.result, ["after 3", "after 1", "after 2"])
        seen.ran_concurrently("job")
        seen.took(3)

    def test_no_jobs(self):
        """Nothing to do, no results."""
        for strategy in (strategies.one_by_one, strategies.together, strategies.as_they_finish):
            self.assertEqual(self.lab.run(strategy, []).result, [])


@task(3)
class AsTheyFinish(WithJobs):
    def test_who_is_ready_comes_first(self):
        """All jobs are under way at once, and the quickest is the first of the results."""
        seen = self.lab.run(strategies.as_they_finish, self.factories("3", "1", "2"))
        self.assertEqual(seen.result, ["after 1", "after 2", "after 3"])
        seen.ran_concurrently("job")
        seen.took(3)


@task(4)
class Limited(WithJobs):
    def test_never_more(self):
        """As many at a time as may be, and never one more."""
        seen = self.lab.run(strategies.limited, self.factories(*"2222222"), 3)
        self.assertEqual(seen.result, ["after 2"] * 7)
        seen.at_most(3, "job")
        seen.took(6)

    def test_a_free_place_is_taken_at_once(self):
        """Who is done makes room for the next: nobody waits until a whole group is done."""
        seen = self.lab.run(strategies.limited, self.factories(*"511115"), 2)
        self.assertEqual(seen.result, ["after %s" % seconds for seconds in "511115"])
        seen.began_at("job", 0, 0, 1, 2, 3, 4)
        seen.took(9)

    def test_made_when_there_is_room(self):
        """A coroutine is made when its job may begin."""
        made = []

        def factory(number):
            made.append(number)
            ahead = len(made) - ended(self.lab)
            if ahead > 2:
                raise AssertionError("%d coroutines were made before there was room for them" % ahead)
            return self.job("1")

        ended = lambda lab: sum(call.ended is not None for call in lab.calls)
        seen = self.lab.run(strategies.limited, [functools.partial(factory, number) for number in range(6)], 2)
        seen.came_to_an_end()
        self.assertEqual(len(seen.result), 6)
        self.assertEqual(made, [0, 1, 2, 3, 4, 5])


@task(5)
class Compared(WithJobs):
    def test_each_strategy_gets_fresh_coroutines(self):
        """The same jobs four times: a coroutine can be awaited only once."""
        seen = self.lab.run(strategies.compare, self.factories(*"2222"), 2)
        rounded = {name: round(seconds, 1) for name, seconds in seen.result.items()}
        self.assertEqual(rounded, {"one_by_one": 8, "together": 2, "as_they_finish": 2, "limited": 4})
        seen.called("job", 16)
        seen.took(16)
