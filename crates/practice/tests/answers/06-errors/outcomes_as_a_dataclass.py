"""What to do when something fails, takes too long, or is cancelled."""
import asyncio
import functools
from dataclasses import dataclass
from typing import Any


@dataclass
class Outcome:
    """What became of one awaitable: a value, or the exception it raised."""

    value: Any = None
    error: Exception | None = None


def retry(attempts, pause, only=Exception):
    """Decorator: calls a coroutine function up to `attempts` times, with `pause` seconds between, while it raises `only`."""
    def decorate(function):
        @functools.wraps(function)
        async def patient(*arguments, **named):
            for attempt in range(1, attempts + 1):
                try:
                    return await function(*arguments, **named)
                except only:
                    if attempt == attempts:
                        raise
                await asyncio.sleep(pause)

        return patient

    return decorate


async def outcomes(*awaitables):
    """Runs all at the same time and returns an `Outcome` for each, in order. A failure does not end the others."""
    async def outcome(awaitable):
        try:
            return Outcome(value=await awaitable)
        except Exception as error:
            return Outcome(error=error)

    return await asyncio.gather(*(outcome(awaitable) for awaitable in awaitables))


def values(found):
    """The values of outcomes; an `ExceptionGroup` of all errors if there are any."""
    errors = [outcome.error for outcome in found if outcome.error is not None]
    if errors:
        raise ExceptionGroup("%d of %d failed" % (len(errors), len(found)), errors)
    return [outcome.value for outcome in found]


async def in_time(awaitable, seconds, instead=None):
    """The result of the awaitable, or `instead` if it is not there after so many seconds, when the work is cancelled."""
    try:
        async with asyncio.timeout(seconds) as limit:
            return await awaitable
    except TimeoutError:
        if not limit.expired():
            raise
        return instead


async def uninterrupted(awaitable):
    """Awaits something to its end, even if it is cancelled meanwhile; the cancellation goes on after that."""
    task = asyncio.ensure_future(awaitable)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
