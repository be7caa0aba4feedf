import asyncio
import unittest
from pathlib import Path

from etude_lab import Lab, task

import pages


@task(1)
class Limits(unittest.TestCase):
    def turns(self, *steps):
        """Who asks for turns when: `(seconds to wait before, how many ask at once)`. Gives the times of the turns."""
        lab = Lab()

        async def one(limiter):
            await limiter.turn()
            return round(lab.now, 1)

        async def scenario():
            limiter, times = pages.Limiter(1), []
            for wait, count in steps:
                await asyncio.sleep(wait)
                times += await asyncio.gather(*(one(limiter) for _ in range(count)))
            return times

        seen = lab.run(scenario)
        seen.never_blocked()
        return seen.result

    def test_the_first_turn(self):
        """Nobody waits for the first turn."""
        self.assertEqual(self.turns((0, 1)), [0.0])

    def test_turns_of_many(self):
        """Who asks at the same time gets one turn after the other."""
        self.assertEqual(self.turns((0, 4)), [0.0, 1.0, 2.0, 3.0])

    def test_turns_do_not_add_up(self):
        """What was not used is gone: after a long rest turns are no closer together."""
        self.assertEqual(self.turns((0, 1), (10, 3)), [0.0, 10.0, 11.0, 12.0])

    def test_a_short_rest(self):
        """Who comes a little early waits for the rest of the interval."""
        self.assertEqual(self.turns((0, 1), (0.4, 2)), [0.0, 1.0, 2.0])


class WithPages(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        fails = lambda url: OSError("no answer from b") if url == "b" else "text of " + url
        self.fetch = self.lab.double("fetch", takes=2, gives=fails)

    def fetched(self, urls, at_once, interval):
        async def scenario():
            found = await pages.fetch_all(self.fetch, urls, at_once, pages.Limiter(interval))
            return {url: (page.text, page.error and str(page.error)) for url, page in found.items()}

        return self.lab.run(scenario)


@task(2)
class Fetching(WithPages):
    def test_texts_by_address(self):
        """All pages, in the order of their addresses."""
        seen = self.fetched(["c", "a"], 5, 0)
        self.assertEqual(list(seen.result.items()), [("c", ("text of c", None)), ("a", ("text of a", None))])
        seen.ran_concurrently("fetch")
        seen.took(2)

    def test_failures_stay_with_their_page(self):
        """One page fails, the others are there."""
        seen = self.fetched(["a", "b", "c"], 5, 0)
        wanted = {"a": ("text of a", None), "b": (None, "no answer from b"), "c": ("text of c", None)}
        self.assertEqual(seen.result, wanted)

    def test_so_many_at_a_time(self):
        """No more than so many are under way."""
        seen = self.fetched(list("acdefg"), 2, 0)
        self.assertEqual(len(seen.result), 6)
        seen.at_most(2, "fetch")
        seen.took(6)

    def test_so_many_a_second(self):
        """The limiter has its say about each of them."""
        seen = self.fetched(list("acde"), 10, 1)
        self.assertEqual(len(seen.result), 4)
        seen.began_at("fetch", 0, 1, 2, 3)

    def test_once_each(self):
        """An address that is named twice is fetched once."""
        seen = self.fetched(["a", "c", "a", "d"], 10, 0)
        self.assertEqual(list(seen.result), ["a", "c", "d"])
        seen.called("fetch", 3)


@task(3)
class Files(unittest.TestCase):
    def setUp(self):
        """An old library for reading a slow disk: who calls it waits, and holds the thread."""
        self.lab = Lab()
        self.read = self.lab.blocking("read", takes=1, gives=lambda name: Path(name).read_text(encoding="utf-8"))

    def test_texts_by_name(self):
        """What is not there is `None`."""
        seen = self.lab.run(pages.read_all, self.read, ["north.txt", "west.txt"])
        self.assertEqual(seen.result, {"north.txt": "The north wind tells nobody where it goes.\n", "west.txt": None})

    def test_side_by_side(self):
        """Three files take as long as one, and the event loop goes on meanwhile."""
        async def tick():
            for number in range(3):
                self.lab.note(number)
                await asyncio.sleep(0.25)

        async def scenario():
            texts, _ = await asyncio.gather(pages.read_all(self.read, ["north.txt", "south.txt", "east.txt"]), tick())
            return [len(text) for text in texts.values()]

        seen = self.lab.run(scenario)
        seen.never_blocked()
        self.assertEqual(seen.result, [43, 42, 38])
        seen.took(1)
        self.assertEqual([round(moment, 2) for moment, _ in seen.events], [0, 0.25, 0.5])


@task(4)
class Saving(WithPages):
    def mirrored(self, urls, at_once, takes, gives=None):
        save = self.lab.double("save", takes=takes, gives=gives)

        async def scenario():
            found = await pages.mirror(self.fetch, urls, at_once, pages.Limiter(0), save)
            return {url: page.error and str(page.error) for url, page in found.items()}

        return self.lab.run(scenario)

    def test_as_soon_as_it_is_there(self):
        """A page is saved when it is there, while the next one is fetched."""
        seen = self.mirrored(["a", "c", "d"], 1, takes=5)
        self.assertEqual(seen.result, {"a": None, "c": None, "d": None})
        seen.began_at("fetch", 0, 2, 4)
        seen.began_at("save", 2, 4, 6)
        self.assertEqual(seen.of("save")[0].arguments, ("a", "text of a"))

    def test_what_cannot_be_fetched_is_not_saved(self):
        """There is nothing to save of a page that failed."""
        seen = self.mirrored(["a", "b"], 2, takes=1)
        self.assertEqual(seen.result, {"a": None, "b": "no answer from b"})
        seen.called("save", 1)

    def test_what_cannot_be_saved(self):
        """A failure to save is the error of that page."""
        full = lambda url, text: OSError("disk full") if url == "c" else None
        seen = self.mirrored(["a", "c"], 2, takes=1, gives=full)
        self.assertEqual(seen.result, {"a": None, "c": "disk full"})
