"""The same jobs, run in four ways. A factory is a function without arguments that returns a fresh coroutine."""
import asyncio
import time


async def one_by_one(factories):
    """Runs one job after another and returns the results in the order of the factories."""
    return [await factory() for factory in factories]


async def together(factories):
    """Runs all jobs at the same time and returns the results in the order of the factories."""
    return await asyncio.gather(*(factory() for factory in factories))


async def as_they_finish(factories):
    """Runs all jobs at the same time and returns the results in the order in which they were ready."""
    tasks = [asyncio.create_task(factory()) for factory in factories]
    return [await task for task in tasks]


async def limited(factories, at_once):
    """Runs at most `at_once` jobs at the same time and returns the results in the order of the factories."""
    places = asyncio.Semaphore(at_once)

    async def run(factory):
        async with places:
            return await factory()

    return await asyncio.gather(*(run(factory) for factory in factories))


async def compare(factories, at_once):
    """Runs the same jobs in all four ways, one way after another: the seconds that each took, by the function's name."""
    seconds = {}
    for strategy in (one_by_one, together, as_they_finish, limited):
        began = time.monotonic()
        await (limited(factories, at_once) if strategy is limited else strategy(factories))
        seconds[strategy.__name__] = time.monotonic() - began
    return seconds
