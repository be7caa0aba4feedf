"""Readings of weather stations, asked one after another."""
import asyncio
import time


async def read(station, seconds):
    """Waits for `seconds` without blocking the event loop, and returns `"STATION 20.0"`."""
    await asyncio.sleep(seconds)
    return f"{station} 20.0"


def parse(line):
    """`"north 21.5"` as `{"station": "north", "celsius": 21.5}`; `ValueError` where the line is not like that."""
    station, celsius = line.split()
    return {"station": station, "celsius": float(celsius)}


async def collect(fetch, stations):
    """Asks each station with `await fetch(station)`, one after another, and returns the parsed answers in that order."""
    readings = []
    while stations:
        readings.append(parse(await fetch(stations.pop(0))))
    return stations


async def timed(awaitable):
    """Awaits something, and returns its result together with the seconds that took: `(result, seconds)`."""
    began = time.monotonic()
    result = await awaitable
    return result, time.monotonic() - began
