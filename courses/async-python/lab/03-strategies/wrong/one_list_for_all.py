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
    results = []
    for ready in asyncio.as_completed([factory() for factory in factories]):
        results.append(await ready)
    return results


async def limited(factories, at_once):
    """Runs at most `at_once` jobs at the same time and returns the results in the order of the factories."""
    places = asyncio.Semaphore(at_once)

    async def run(factory):
        async with places:
            return await factory()

    return await asyncio.gather(*(run(factory) for factory in factories))


async def compare(factories, at_once):
    """Runs the same jobs in all four ways, one way after another: the seconds that each took, by the function's name."""
    coroutines = [factory() for factory in factories]
    again = [lambda coroutine=coroutine: coroutine for coroutine in coroutines]
    seconds = {}
    for strategy in (one_by_one, together, as_they_finish):
        began = time.monotonic()
        await strategy(again)
        seconds[strategy.__name__] = time.monotonic() - began
    began = time.monotonic()
    await limited(again, at_once)
    seconds["limited"] = time.monotonic() - began
    return seconds
