# clock: virtual steady real
# stdout: one is burnt
# stdout: the others were called off after 1 s
# stdout: ['burnt']
"""When one task of a group fails, the others are called off at once."""

import asyncio
import time


async def bake(number, seconds):
    await asyncio.sleep(seconds)
    if number == 1:
        print("one is burnt")
        raise ValueError("burnt")


async def main():
    start = time.monotonic()
    try:
        async with asyncio.TaskGroup() as group:
            for number, seconds in enumerate((60, 1, 3600)):
                group.create_task(bake(number, seconds))
    except* ValueError as errors:
        print(f"the others were called off after {time.monotonic() - start:.0f} s")
        print([str(error) for error in errors.exceptions])


asyncio.run(main())
