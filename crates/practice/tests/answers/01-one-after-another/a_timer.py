"""Readings of weather stations, asked one after another."""
import asyncio
import threading
import time


async def read(station, seconds):
    """Waits for `seconds` without blocking the event loop, and returns `"STATION 20.0"`."""
    done, loop = asyncio.Event(), asyncio.get_running_loop()
    threading.Timer(seconds, lambda: loop.call_soon_threadsafe(done.set)).start()
    await done.wait()
    return f"{station} 20.0"


def parse(line):
    """`"north 21.5"` as `{"station": "north", "celsius": 21.5}`; `ValueError` where the line is not like that."""
    station, celsius = line.split()
    return {"station": station, "celsius": float(celsius)}


async def collect(fetch, stations):
    """Asks each station with `await fetch(station)`, one after another, and returns the parsed answers in that order."""
    readings = []
    for station in stations:
        line = await fetch(station)
        readings.append(parse(line))
    return readings


async def timed(awaitable):
    """Awaits something, and returns its result together with the seconds that took: `(result, seconds)`."""
    began = time.monotonic()
    result = await awaitable
    return result, time.monotonic() - began
