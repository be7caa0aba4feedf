"""Values that come one at a time, and take their time."""
import asyncio
from contextlib import aclosing


async def ticks(start, stop, step=1, pause=0):
    """The numbers of `range(start, stop, step)`, with `pause` seconds between one and the next."""
    # BEGIN SOLUTION: a `range` knows which numbers there are; wait before each but the first
    first = True
    for number in range(start, stop, step):
        if not first:
            await asyncio.sleep(pause)
        first = False
        yield number
    # END SOLUTION


class Rows:
    """Asynchronous iterator over all rows of a table that comes in pages; a page is fetched when a row of it is needed.

    `await fetch_page(number)` gives `(rows, more)`: the rows of a page, from page 0 on, and whether there is another.
    """

    def __init__(self, fetch_page):
        self.fetch_page = fetch_page
        # BEGIN SOLUTION: what is there, and what comes next
        self._rows, self._next, self._more = [], 0, True
        # END SOLUTION

    def __aiter__(self):
        # BEGIN SOLUTION: it is its own iterator
        return self
        # END SOLUTION

    async def __anext__(self):
        # BEGIN SOLUTION: fetch while there is no row but another page
        while not self._rows:
            if not self._more:
                raise StopAsyncIteration
            rows, self._more = await self.fetch_page(self._next)
            self._rows, self._next = list(rows), self._next + 1
        return self._rows.pop(0)
        # END SOLUTION


async def lines(open_file, path):
    """The lines of a file, without their ends. `await open_file(path)` opens it; it is closed whoever stops reading when."""
    # BEGIN SOLUTION: read until there is an empty text, and close in any case
    file = await open_file(path)
    try:
        while line := await file.readline():
            yield line.rstrip("\n")
    finally:
        await file.close()
    # END SOLUTION


async def only(source, wanted):
    """Of the source, the items for which `wanted(item)` is true."""
    # BEGIN SOLUTION: pass on or not, item by item
    async for item in source:
        if wanted(item):
            yield item
    # END SOLUTION


async def batches(source, size):
    """The items in lists of `size`; the last one may be shorter, but is never empty."""
    # BEGIN SOLUTION: collect until a batch is full; what is left at the end is one too
    batch = []
    async for item in source:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
    # END SOLUTION


async def first(source, count):
    """The first `count` items of an asynchronous generator, which is closed after that and never asked for more."""
    # BEGIN SOLUTION: leave as soon as there are enough, and close the source
    async with aclosing(source):
        if count <= 0:
            return
        async for item in source:
            yield item
            count -= 1
            if count == 0:
                return
    # END SOLUTION
