import unittest

from etude_lab import Lab, task

import feed


class MoreFeeds(unittest.TestCase):
    @task(1)
    def test_other_pauses(self):
        """Pauses of other kinds."""
        self.assertEqual(feed.pauses(2, 1.5, 6, 5), [2, 3, 4.5, 6, 6])
        self.assertEqual(feed.pauses(3, 1, 10, 3), [3, 3, 3])

    @task(5)
    def test_a_long_feed(self):
        """Many items, more consumers, little room."""
        lab = Lab()
        fails = lambda item: ValueError(item) if item % 10 == 0 else None
        handle = lab.double("handle", takes=lambda item: 1 + item % 3, gives=fails)
        seen = lab.run(feed.run, range(60), handle, 7, 1)
        handled, failed = seen.result
        self.assertEqual((handled, len(failed)), (54, 6))
        seen.at_most(7, "handle")
        seen.nothing_left()

    @task(5)
    def test_everything_fails(self):
        """If all fail, all failures are told."""
        lab = Lab()
        seen = lab.run(feed.run, "abc", lab.double("handle", gives=OSError("down")), 2, 1)
        handled, failed = seen.result
        self.assertEqual((handled, sorted(item for item, _ in failed)), (0, ["a", "b", "c"]))
