import asyncio
import unittest

from etude_lab import Lab, task

import resources


class MoreResources(unittest.TestCase):
    @task(1)
    def test_the_watch_of_a_cancelled_block(self):
        """A watch stands still after a time-out."""

        async def scenario():
            watch = resources.Stopwatch()
            try:
                async with asyncio.timeout(2):
                    async with watch:
                        await asyncio.sleep(50)
            except TimeoutError:
                await asyncio.sleep(4)
            return round(watch.elapsed, 1)

        self.assertEqual(Lab().run(scenario).result, 2.0)

    @task(3)
    def test_many_links_and_an_error(self):
        """Twelve links, and an exception in the block."""
        lab = Lab()
        connect = lab.opener("link")

        async def scenario():
            async with resources.links(connect, map(str, range(12))):
                raise ZeroDivisionError

        seen = lab.run(scenario)
        seen.raised(ZeroDivisionError)
        seen.closed("link", 12)
        self.assertEqual([event for _, event in seen.events[12:]], ["close %d" % number for number in reversed(range(12))])

    @task(4)
    def test_a_cancelled_borrower_gives_back(self):
        """A borrower that is cancelled makes room for the next."""
        lab = Lab()
        connect = lab.opener("link", takes=1)

        async def borrow(pool, seconds):
            async with pool.borrow():
                await asyncio.sleep(seconds)
                return seconds

        async def scenario():
            async with resources.Pool(connect, 1) as pool:
                slow = asyncio.create_task(borrow(pool, 100))
                quick = asyncio.create_task(borrow(pool, 1))
                await asyncio.sleep(5)
                slow.cancel()
                return await quick

        seen = lab.run(scenario)
        self.assertEqual(seen.result, 1)
        seen.took(6)
        seen.closed("link", 1)
