"""Many pages and many files, without being a burden to anybody."""
import asyncio
from typing import NamedTuple


class Page(NamedTuple):
    """What became of one page: its text, or the exception that came instead."""

    text: str | None = None
    error: Exception | None = None


class Limiter:
    """Gives turns, one every `interval` seconds. `await limiter.turn()` waits until it is the caller's."""

    def __init__(self, interval):
        self._interval, self._next = interval, 0.0

    async def turn(self):
        loop = asyncio.get_running_loop()
        if self._next == 0.0:
            self._next = loop.time() + self._interval
            return
        await asyncio.sleep(self._next - loop.time())
        self._next = loop.time() + self._interval


async def fetch_all(fetch, urls, at_once, limiter):
    """Fetches each address once, at most `at_once` at a time, each in a turn of the limiter: a `Page` by address."""
    return await mirror(fetch, urls, at_once, limiter, _not_at_all)


async def read_all(read, names):
    """The texts of files by name, all read at the same time with `read`; `None` where there is no such file."""
    async def one(name):
        try:
            return await asyncio.to_thread(read, name)
        except FileNotFoundError:
            return None

    names = list(names)
    return dict(zip(names, await asyncio.gather(*(one(name) for name in names))))


async def mirror(fetch, urls, at_once, limiter, save):
    """Like `fetch_all`; each page is saved with `await save(url, text)` as soon as it is there, while others are fetched."""
    places = asyncio.Semaphore(at_once)

    async def one(url):
        try:
            async with places:
                await limiter.turn()
                text = await fetch(url)
            await save(url, text)
        except Exception as error:
            return Page(error=error)
        return Page(text=text)

    urls = list(dict.fromkeys(urls))
    return dict(zip(urls, await asyncio.gather(*(one(url) for url in urls))))


async def _not_at_all(url, text):
    """Saves nothing."""
