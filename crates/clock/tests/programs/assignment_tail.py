# clock: virtual steady real
# profile: process
# file: timing.py
# file: diary.py
# stdout: ok
"""A program that writes a line a second, started by another that shows ten of them as they come."""

import asyncio
import os
import sys
import time

from timing import check, finish, near

FILE = "diary.txt"


async def follow(path):
    """The lines that are added to a file, which may not be there yet, and may end within a line."""
    while not os.path.exists(path):
        await asyncio.sleep(0.1)
    with open(path) as file:
        rest = ""
        while True:
            rest += file.readline()
            if rest.endswith("\n"):
                yield rest.rstrip("\n")
                rest = ""
            else:
                await asyncio.sleep(0.1)


async def main():
    start, seen, ticks = time.monotonic(), [], 0

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.5)
            ticks += 1

    ticker = asyncio.create_task(tick())
    writer = await asyncio.create_subprocess_exec(sys.executable, "diary.py", FILE)
    try:
        async for line in follow(FILE):
            seen.append((line, time.time()))
            if len(seen) == 10:
                break
    finally:
        writer.terminate()
        code = await writer.wait()
    # The first line comes at once, and the last nine seconds later.
    near(time.monotonic() - start, 9, "the assignment", late=0.3, starts=1)
    check(code == -15, "the writer ended with", code)
    check(ticks in range(17, 22), "the loop ticked", ticks, "times")
    for line, found in seen:
        near(found - float(line.split()[1]), 0, f"finding `{line}`", late=0.1)
    times = [float(line.split()[1]) for line, _ in seen]
    for one, other in zip(times, times[1:]):
        near(other - one, 1, "between two lines")
    check([line.split()[0] for line, _ in seen] == [str(number) for number in range(10)], "lines are missing:", seen)
    try:
        os.kill(writer.pid, 0)
        check(False, "the writer is still there")
    except ProcessLookupError:
        pass


asyncio.run(main())
os.unlink(FILE)
finish()
