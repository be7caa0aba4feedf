"""The same jobs, run in four ways. A factory is a function without arguments that returns a fresh coroutine."""
import asyncio
import time


async def one_by_one(factories):
    """Runs one job after another and returns the results in the order of the factories."""
    # BEGIN SOLUTION: await each job before you make the next
    return [await factory() for factory in factories]
    # END SOLUTION


async def together(factories):
    """Runs all jobs at the same time and returns the results in the order of the factories."""
    # BEGIN SOLUTION: `asyncio.gather` waits for several
    return await asyncio.gather(*(factory() for factory in factories))
    # END SOLUTION


async def as_they_finish(factories):
    """Runs all jobs at the same time and returns the results in the order in which they were ready."""
    # BEGIN SOLUTION: `asyncio.as_completed` gives whoever is ready next
    results = []
    for ready in asyncio.as_completed([factory() for factory in factories]):
        results.append(await ready)
    return results
    # END SOLUTION


async def limited(factories, at_once):
    """Runs at most `at_once` jobs at the same time and returns the results in the order of the factories."""
    # BEGIN SOLUTION: let each job wait for a place, and make its coroutine only then
    places = asyncio.Semaphore(at_once)

    async def run(factory):
        async with places:
            return await factory()

    return await asyncio.gather(*(run(factory) for factory in factories))
    # END SOLUTION


async def compare(factories, at_once):
    """Runs the same jobs in all four ways, one way after another: the seconds that each took, by the function's name."""
    # BEGIN SOLUTION: each strategy gets the factories, and so coroutines of its own
    seconds = {}
    for strategy in (one_by_one, together, as_they_finish, limited):
        began = time.monotonic()
        await (limited(factories, at_once) if strategy is limited else strategy(factories))
        seconds[strategy.__name__] = time.monotonic() - began
    return seconds
    # END SOLUTION
