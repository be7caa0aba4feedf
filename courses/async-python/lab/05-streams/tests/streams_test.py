import asyncio
import unittest

from etude_lab import Lab, task

import streams


async def collected(source):
    return [item async for item in source]


@task(1)
class Ticks(unittest.TestCase):
    def test_the_end_is_excluded(self):
        """As in `range`, the end is not among the numbers."""
        self.assertEqual(Lab().run(collected, streams.ticks(1, 4)).result, [1, 2, 3])

    def test_steps(self):
        """Steps may be larger than one, and negative."""
        self.assertEqual(Lab().run(collected, streams.ticks(0, 10, 4)).result, [0, 4, 8])
        self.assertEqual(Lab().run(collected, streams.ticks(5, 0, -2)).result, [5, 3, 1])
        self.assertEqual(Lab().run(collected, streams.ticks(3, 3)).result, [])

    def test_no_step(self):
        """A step of nothing is a `ValueError`, as in `range`."""
        Lab().run(collected, streams.ticks(0, 3, 0)).raised(ValueError)

    def test_pauses(self):
        """A pause between two numbers: none before the first, none after the last."""
        seen = Lab().run(collected, streams.ticks(0, 3, pause=1))
        self.assertEqual(seen.result, [0, 1, 2])
        seen.never_blocked()
        seen.took(2)

    def test_others_go_on(self):
        """Two of them can be read side by side."""

        async def both():
            return await asyncio.gather(*(collected(streams.ticks(0, 4, pause=1)) for _ in "ab"))

        Lab().run(both).took(3)


class WithPages(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()

    def table(self, *pages):
        give = lambda number: (list(pages[number]), number + 1 < len(pages))
        return self.lab.double("fetch_page", takes=1, gives=give)


@task(2)
class Pages(WithPages):
    def test_all_rows(self):
        """The rows of all pages, in their order."""
        seen = self.lab.run(collected, streams.Rows(self.table("ab", "cd", "e")))
        self.assertEqual(seen.result, list("abcde"))
        seen.called("fetch_page", 3)

    def test_no_page_too_early(self):
        """A page is fetched when somebody wants a row of it."""

        async def two():
            found = []
            async for row in streams.Rows(self.table("ab", "cd", "e")):
                found.append(row)
                if len(found) == 2:
                    return found

        seen = self.lab.run(two)
        self.assertEqual(seen.result, ["a", "b"])
        seen.called("fetch_page", 1)

    def test_an_empty_page(self):
        """A page without rows is not the end if there is another."""
        seen = self.lab.run(collected, streams.Rows(self.table("a", "", "", "b", "")))
        self.assertEqual(seen.result, ["a", "b"])

    def test_over_is_over(self):
        """Who goes on asking after the end is told so again."""

        async def twice():
            rows = streams.Rows(self.table("ab", "c"))
            return await collected(rows), await collected(rows)

        seen = self.lab.run(twice)
        self.assertEqual(seen.result, (["a", "b", "c"], []))
        seen.called("fetch_page", 2)


@task(3)
class Lines(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        text = ["one\n", "two\n", "\n", "four"]
        readline = self.lab.double("readline", takes=0.1, gives=lambda: text.pop(0) if text else "")
        self.open_file = self.lab.opener("file", fails=["missing.txt"], readline=readline)

    def test_all_lines(self):
        """All lines without their ends; an empty line is a line."""
        seen = self.lab.run(collected, streams.lines(self.open_file, "log.txt"))
        self.assertEqual(seen.result, ["one", "two", "", "four"])
        seen.closed("file", 1)

    def test_closed_when_nobody_reads_on(self):
        """A reader that stops in the middle leaves no open file."""

        async def stop_early():
            source = streams.lines(self.open_file, "log.txt")
            async for line in source:
                break
            await source.aclose()
            return line

        seen = self.lab.run(stop_early)
        self.assertEqual(seen.result, "one")
        seen.called("readline", 1)
        seen.closed("file", 1)

    def test_no_such_file(self):
        """The error of `open_file` comes when the first line is asked for."""
        source = streams.lines(self.open_file, "missing.txt")
        self.lab.run(collected, source).raised(OSError)


@task(4)
class Stages(unittest.TestCase):
    def setUp(self):
        self.lab = Lab()
        self.is_closed = False

    async def numbers(self, stop):
        try:
            for number in range(1, stop):
                self.lab.note(number)
                yield number
        finally:
            self.is_closed = True

    def test_only(self):
        """Items that are not wanted are left out."""
        seen = self.lab.run(collected, streams.only(self.numbers(7), lambda number: number % 3 == 0))
        self.assertEqual(seen.result, [3, 6])

    def test_batches(self):
        """Full lists, and what is left over."""
        self.assertEqual(self.lab.run(collected, streams.batches(self.numbers(6), 2)).result, [[1, 2], [3, 4], [5]])
        self.assertEqual(self.lab.run(collected, streams.batches(self.numbers(5), 2)).result, [[1, 2], [3, 4]])
        self.assertEqual(self.lab.run(collected, streams.batches(self.numbers(1), 2)).result, [])

    def test_first_takes_no_more_than_it_gives(self):
        """For two items the source is asked twice."""
        seen = self.lab.run(collected, streams.first(self.numbers(9), 2))
        self.assertEqual(seen.result, [1, 2])
        seen.happened(1, 2)

    def test_first_closes_its_source(self):
        """A source that is not read to its end is closed."""
        self.lab.run(collected, streams.first(self.numbers(9), 2)).came_to_an_end()
        if not self.is_closed:
            self.fail("the source was not closed: a generator that is left in the middle keeps what it has open")

    def test_first_of_few(self):
        """Fewer than asked for, and none."""
        self.assertEqual(self.lab.run(collected, streams.first(self.numbers(3), 5)).result, [1, 2])
        seen = self.lab.run(collected, streams.first(self.numbers(3), 0))
        self.assertEqual(seen.result, [])
        seen.happened()

    def test_item_by_item(self):
        """Each item goes through the whole pipeline before the next is made."""

        async def made():
            for number in (1, 2, 3):
                self.lab.note("made %d" % number)
                yield number

        async def scenario():
            async for number in streams.only(made(), lambda number: number != 2):
                self.lab.note("got %d" % number)

        seen = self.lab.run(scenario)
        seen.happened("made 1", "got 1", "made 2", "made 3", "got 3")
