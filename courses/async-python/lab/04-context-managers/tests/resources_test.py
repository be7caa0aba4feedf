import asyncio
import unittest

from etude_lab import Lab, task

import resources


@task(1)
class Watches(unittest.TestCase):
    def test_inside_and_after(self):
        """The watch shows the time inside the block, and stands still after it."""

        async def scenario():
            async with resources.Stopwatch() as watch:
                await asyncio.sleep(1)
                inside = watch.elapsed
                await asyncio.sleep(1)
            await asyncio.sleep(1)
            return [round(seconds, 1) for seconds in (inside, watch.elapsed)]

        self.assertEqual(Lab().run(scenario).result, [1.0, 2.0])

    def test_before(self):
        """A watch that was never started shows nothing."""
        self.assertEqual(resources.Stopwatch().elapsed, 0)

    def test_nested(self):
        """Each watch shows its own time."""

        async def scenario():
            async with resources.Stopwatch() as outer:
                await asyncio.sleep(1)
                async with resources.Stopwatch() as inner:
                    await asyncio.sleep(2)
            return [round(seconds, 1) for seconds in (outer.elapsed, inner.elapsed)]

        self.assertEqual(Lab().run(scenario).result, [3.0, 2.0])

    def test_stops_at_an_error(self):
        """An exception goes on its way, and the watch stands still."""

        async def scenario():
            watch = resources.Stopwatch()
            try:
                async with watch:
                    await asyncio.sleep(2)
                    raise OSError("broken")
            except OSError:
                await asyncio.sleep(1)
                return round(watch.elapsed, 1)

        self.assertEqual(Lab().run(scenario).result, 2.0)


class WithLinks(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.ask = self.lab.double("ask", takes=2, gives=str.upper)
        self.connect = self.lab.opener("link", takes=1, closing=0.5, fails=["broken"], ask=self.ask)


@task(2)
class Links(WithLinks):
    def test_open_for_the_block(self):
        """The link is open in the block and closed after it."""

        async def scenario():
            async with resources.link(self.connect, "a") as link:
                self.lab.note("use " + link.name)
                return await link.ask("hello")

        seen = self.lab.run(scenario)
        self.assertEqual(seen.result, "HELLO")
        seen.closed("link", 1)
        seen.happened("open a", "use a", "close a")
        seen.took(3.5)

    def test_closed_after_an_error(self):
        """An exception closes the link, and goes on its way."""

        async def scenario():
            async with resources.link(self.connect, "a"):
                raise ValueError("broken")

        seen = self.lab.run(scenario)
        seen.closed("link", 1)
        seen.raised(ValueError)

    def test_closed_when_cancelled(self):
        """A cancellation closes the link as well, and goes on its way."""
        lab = Lab(cancel_at=3)
        connect = lab.opener("link", takes=1, closing=0.5)

        async def scenario():
            async with resources.link(connect, "a"):
                await asyncio.sleep(100)

        seen = lab.run(scenario)
        seen.closed("link", 1)
        seen.passed_on_cancellation()
        seen.took(3.5)

    def test_what_cannot_be_opened(self):
        """The error of `connect` is the caller's."""

        async def scenario():
            async with resources.link(self.connect, "broken"):
                self.lab.note("the block runs")

        seen = self.lab.run(scenario)
        seen.raised(OSError)
        seen.happened()


@task(3)
class ManyLinks(WithLinks):
    def entered(self, *names):
        async def scenario():
            async with resources.links(self.connect, names) as links:
                self.lab.note("use " + " ".join(link.name for link in links))

        return self.lab.run(scenario)

    def test_closed_in_the_opposite_order(self):
        """The last that was opened is the first to be closed."""
        seen = self.entered("a", "b", "c")
        if seen.error is not None:
            raise seen.error
        seen.closed("link", 3)
        seen.happened("open a", "open b", "open c", "use a b c", "close c", "close b", "close a")

    def test_one_cannot_be_opened(self):
        """What was open by then is closed."""
        seen = self.entered("a", "b", "broken", "c")
        seen.raised(OSError)
        seen.closed("link", 2)
        seen.happened("open a", "open b", "close b", "close a")

    def test_none_at_all(self):
        """No names, no links: the block runs."""
        self.entered().happened("use ")


@task(4)
class Pools(WithLinks):
    def shared(self, size, borrowers, question=None):
        async def borrow(pool, number):
            async with pool.borrow() as link:
                return await (link.ask(str(number)) if question is None else question(number))

        async def scenario():
            async with resources.Pool(self.connect, size) as pool:
                both = [borrow(pool, number) for number in range(borrowers)]
                return await asyncio.gather(*both, return_exceptions=question is not None)

        return self.lab.run(scenario)

    def test_never_more_links_than_its_size(self):
        """Who finds no free link waits for one."""
        seen = self.shared(2, 6)
        self.assertEqual(seen.result, list("012345"))
        seen.at_most(2, "ask")
        seen.closed("link", 2)

    def test_links_are_used_again(self):
        """Only as many are opened as are needed at the same time."""

        async def scenario():
            async with resources.Pool(self.connect, 3) as pool:
                for number in range(4):
                    async with pool.borrow() as link:
                        await link.ask("hello")

        seen = self.lab.run(scenario)
        seen.closed("link", 1)
        seen.took(9.5)

    def test_errors_give_links_back(self):
        """A block that raises gives its link back."""
        seen = self.shared(2, 5, self.lab.double("ask", takes=1, gives=ValueError("broken")))
        self.assertEqual([type(one) for one in seen.result], [ValueError] * 5)
        seen.closed("link", 2)

    def test_closed_after_an_error(self):
        """An exception that leaves the pool's block closes all its links."""

        async def scenario():
            async with resources.Pool(self.connect, 2) as pool:
                async with pool.borrow():
                    raise ValueError("broken")

        seen = self.lab.run(scenario)
        seen.raised(ValueError)
        seen.closed("link", 1)
