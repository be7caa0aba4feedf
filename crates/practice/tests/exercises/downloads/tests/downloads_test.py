import asyncio
import time
import unittest

from etude_lab import Lab

import downloads


def upper(page):
    return page.upper()


class InALab(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.fetch = self.lab.double("fetch", takes=10, gives=upper)

    def test_all_at_once(self):
        seen = self.lab.run(downloads.download_all, self.fetch, list("abc"))
        self.assertEqual((seen.result, seen.error), (["A", "B", "C"], None))
        seen.ran_concurrently("fetch")
        seen.took(10)
        seen.never_blocked()
        seen.nothing_left()

    def test_some_at_once(self):
        seen = self.lab.run(downloads.download_some, self.fetch, list("abcde"), 2)
        self.assertEqual(seen.result, ["A", "B", "C", "D", "E"])
        seen.at_most(2, "fetch")
        seen.took(30)

    def test_again_and_again(self):
        answers = [OSError("down"), OSError("down"), "up"]
        fetch = self.lab.double("fetch", takes=0.5, gives=lambda page: answers.pop(0))
        seen = self.lab.run(downloads.patiently, fetch, "a")
        self.assertEqual(seen.result, "up")
        seen.called("fetch", 3)
        seen.ran_sequentially("fetch")
        seen.took(4.5)

    def test_too_slow(self):
        seen = self.lab.run(downloads.in_time, self.fetch, "a", 3)
        self.assertEqual(seen.result, None)
        seen.cancelled("fetch", 1)
        seen.took(3)
        seen.nothing_left()

    def test_cancelled_from_outside(self):
        lab = Lab(cancel_at=4)
        seen = lab.run(downloads.download_all, lab.double("fetch", takes=10), list("abc"))
        self.assertIsInstance(seen.error, asyncio.CancelledError)
        seen.cancelled("fetch", 3)


class AsUsual(unittest.IsolatedAsyncioTestCase):
    async def test_all_at_once(self):
        async def fetch(page):
            await asyncio.sleep(10)
            return page.upper()

        began = time.monotonic()
        self.assertEqual(await downloads.download_all(fetch, ["a", "b"]), ["A", "B"])
        self.assertAlmostEqual(time.monotonic() - began, 10, delta=1)

    async def test_both_sides_wait(self):
        async def fetch(page):
            await asyncio.sleep(10)
            return page.upper()

        began = time.monotonic()
        both = [asyncio.create_task(downloads.in_time(fetch, page, 20)) for page in "ab"]
        self.assertEqual(await asyncio.gather(*both), ["A", "B"])
        self.assertAlmostEqual(time.monotonic() - began, 10, delta=1)

    async def test_cancelled(self):
        cancelled = []

        async def fetch(page):
            try:
                await asyncio.sleep(100)
            except asyncio.CancelledError:
                cancelled.append(page)
                raise

        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(downloads.download_all(fetch, ["a", "b"]), 5)
        self.assertEqual(cancelled, ["a", "b"])

    async def test_numbered(self):
        self.assertEqual([one async for one in downloads.numbered("xy")], [(0, "x"), (1, "y")])
