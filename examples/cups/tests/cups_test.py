import asyncio
import time
import unittest

import cups
from etude_lab import task
from kettle import brew, clay_pot


def timed(awaited):
    began = time.monotonic()
    return asyncio.run(awaited), f"{time.monotonic() - began:.0f} s"


class CupsTest(unittest.TestCase):
    @task(1)
    def test_in_their_order(self):
        self.assertEqual(asyncio.run(cups.brew_all(brew, ["Ann", "Ben"])), ["cup for Ann", "cup for Ben"])

    @task(1)
    def test_side_by_side(self):
        _, took = timed(cups.brew_all(brew, ["Ann", "Ben", "Cem"]))
        self.assertEqual(took, "2 s", "three cups take as long as one")

    @task(2)
    def test_soon_enough(self):
        self.assertEqual(timed(cups.in_time(brew("Ann"), 5)), ("cup for Ann", "2 s"))

    @task(2)
    def test_too_slow(self):
        self.assertEqual(timed(cups.in_time(clay_pot("Ann"), 5)), (None, "5 s"))
