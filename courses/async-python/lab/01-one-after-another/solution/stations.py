"""Readings of weather stations, asked one after another."""
import asyncio
import time


async def read(station, seconds):
    """Waits for `seconds` without blocking the event loop, and returns `"STATION 20.0"`."""
    # BEGIN SOLUTION: wait, then return the line
    await asyncio.sleep(seconds)
    return f"{station} 20.0"
    # END SOLUTION


def parse(line):
    """`"north 21.5"` as `{"station": "north", "celsius": 21.5}`; `ValueError` where the line is not like that."""
    # BEGIN SOLUTION: split the line, and make a number of its second part
    station, celsius = line.split()
    return {"station": station, "celsius": float(celsius)}
    # END SOLUTION


async def collect(fetch, stations):
    """Asks each station with `await fetch(station)`, one after another, and returns the parsed answers in that order."""
    # BEGIN SOLUTION: await one answer before you ask for the next
    readings = []
    for station in stations:
        line = await fetch(station)
        readings.append(parse(line))
    return readings
    # END SOLUTION


async def timed(awaitable):
    """Awaits something, and returns its result together with the seconds that took: `(result, seconds)`."""
    # BEGIN SOLUTION: look at a clock before and after
    began = time.monotonic()
    result = await awaitable
    return result, time.monotonic() - began
    # END SOLUTION
