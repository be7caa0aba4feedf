"""Goes from page to page, a few at a time, and looks at each page as soon as it is there."""
import asyncio
from typing import Any, NamedTuple

from links import links


class Crawl(NamedTuple):
    """What a crawl has found: texts by address, and exceptions by address."""

    pages: dict[str, str]
    failures: dict[str, Exception]


class Survey(NamedTuple):
    """What the pages came to: results by address, and exceptions by address."""

    found: dict[str, Any]
    failures: dict[str, Exception]


class Scheduler:
    """Runs at most `at_once` jobs at a time: `async with Scheduler(3) as scheduler: scheduler.schedule(job, 1, 2)`."""

    def __init__(self, at_once):
        self.failures = []
        self._places, self._tasks = asyncio.Semaphore(at_once), set()

    async def __aenter__(self):
        return self

    def schedule(self, job, *arguments):
        """Has `await job(*arguments)` run when there is a place; jobs may schedule others."""
        task = asyncio.create_task(self._run(job, arguments))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def __aexit__(self, kind, error, trace):
        """Waits for all jobs; after an exception, or when it is cancelled, it ends them instead."""
        try:
            while self._tasks and kind is None:
                await asyncio.wait(self._tasks)
        finally:
            left = list(self._tasks)
            for task in left:
                task.cancel()
            if left:
                await asyncio.wait(left)
        return False

    async def _run(self, job, arguments):
        async with self._places:
            try:
                await job(*arguments)
            except Exception as error:
                self.failures.append((arguments, error))


async def crawl(fetch, start, at_once, most, arrived=None):
    """Fetches `start` and what it leads to, each page once, at most `most` pages: a `Crawl`.

    If there is `arrived`, `await arrived(address, text)` is called for each page as soon as it is there.
    """
    pages, failures, known = {}, {}, {start}

    async def visit(address):
        try:
            text = await fetch(address)
        except Exception as error:
            if address == start:
                failures[address] = error
            return
        pages[address] = text
        for link in links(text):
            if link not in known and len(known) < most:
                known.add(link)
                scheduler.schedule(visit, link)
        if arrived is not None:
            await arrived(address, text)

    async with Scheduler(at_once) as scheduler:
        scheduler.schedule(visit, start)
    if start in failures:
        raise failures[start]
    return Crawl(pages, failures)


async def survey(fetch, start, at_once, most, analyse, workers):
    """Crawls, and has each page analysed by one of the workers while others are fetched: a `Survey`."""
    queue, found, failures = asyncio.Queue(), {}, {}

    async def work():
        while (page := await queue.get()) is not None:
            address, text = page
            try:
                found[address] = await analyse(text)
            except Exception as error:
                failures[address] = error

    async def hand_on(address, text):
        await queue.put((address, text))

    tasks = [asyncio.create_task(work()) for _ in range(workers)]
    try:
        crawled = await crawl(fetch, start, at_once, most, hand_on)
        for _ in tasks:
            await queue.put(None)
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return Survey(found, crawled.failures | failures)
