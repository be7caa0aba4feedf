"""Things that have to be put away again, whatever happens in between."""
import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager


class Stopwatch:
    """`async with Stopwatch() as watch:` measures the block; `watch.elapsed` can be read inside the block and after it."""

    # BEGIN SOLUTION: remember the beginning and the end; `elapsed` is computed when it is read
    def __init__(self):
        self._began = self._ended = None

    async def __aenter__(self):
        self._began, self._ended = time.monotonic(), None
        return self

    async def __aexit__(self, kind, error, trace):
        self._ended = time.monotonic()
        return False

    @property
    def elapsed(self):
        if self._began is None:
            return 0.0
        return (time.monotonic() if self._ended is None else self._ended) - self._began
    # END SOLUTION


@asynccontextmanager
async def link(connect, name):
    """Opens a link with `await connect(name)` for the time of a block, and closes it however the block ends."""
    # BEGIN SOLUTION: open, hand over, close
    opened = await connect(name)
    try:
        yield opened
    finally:
        await opened.close()
    # END SOLUTION


@asynccontextmanager
async def links(connect, names):
    """Opens a link for each name, in order, and gives them as a list. They are closed in the opposite order."""
    # BEGIN SOLUTION: an exit stack remembers what it has entered
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(link(connect, name)) for name in names]
    # END SOLUTION


class Pool:
    """At most `size` links, shared by many: `async with pool.borrow() as link:`. All are closed when the pool's block ends."""

    # BEGIN SOLUTION: what is free, how many may still be opened, and who waits for that
    def __init__(self, connect, size):
        self._connect, self._places = connect, asyncio.Semaphore(size)
        self._free, self._stack = [], AsyncExitStack()

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, error, trace):
        await self._stack.aclose()
        return False

    @asynccontextmanager
    async def borrow(self):
        async with self._places:
            if self._free:
                borrowed = self._free.pop()
            else:
                borrowed = await self._stack.enter_async_context(link(self._connect, "pool"))
            try:
                yield borrowed
            finally:
                self._free.append(borrowed)
    # END SOLUTION
