"""Values that come one at a time, and take their time."""
import asyncio
from contextlib import aclosing


async def ticks(start, stop, step=1, pause=0):
    """The numbers of `range(start, stop, step)`, with `pause` seconds between one and the next."""
    first = True
    for number in range(start, stop, step):
        if not first:
            await asyncio.sleep(pause)
        first = False
        yield number


class Rows:
    """Asynchronous iterator over all rows of a table that comes in pages; a page is fetched when a row of it is needed.

    `await fetch_page(number)` gives `(rows, more)`: the rows of a page, from page 0 on, and whether there is another.
    """

    def __init__(self, fetch_page):
        self.fetch_page = fetch_page
        self._rows, self._next, self._more = [], 0, True

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self._rows and self._more:
            rows, self._more = await self.fetch_page(self._next)
            self._rows, self._next = list(rows), self._next + 1
        if not self._rows:
            raise StopAsyncIteration
        return self._rows.pop(0)


async def lines(open_file, path):
    """The lines of a file, without their ends. `await open_file(path)` opens it; it is closed whoever stops reading when."""
    file = await open_file(path)
    try:
        while line := await file.readline():
            yield line.rstrip("\n")
    finally:
        await file.close()


async def only(source, wanted):
    """Of the source, the items for which `wanted(item)` is true."""
    async for item in source:
        if wanted(item):
            yield item


async def batches(source, size):
    """The items in lists of `size`; the last one may be shorter, but is never empty."""
    batch = []
    async for item in source:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


async def first(source, count):
    """The first `count` items of an asynchronous generator, which is closed after that and never asked for more."""
    async with aclosing(source):
        if count <= 0:
            return
        async for item in source:
            yield item
            count -= 1
            if count == 0:
                return
