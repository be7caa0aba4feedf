# clock: virtual steady real
# stdout: washing by hand
# stdout: still talking 1
# stdout: still talking 2
# stdout: still talking 3
# stdout: 12 plates after 1 s
"""A call that blocks keeps nobody from talking when it is made in a thread."""

import asyncio
import time


def wash(plates):
    print("washing by hand")
    time.sleep(1)
    return plates


async def talk():
    for number in (1, 2, 3):
        await asyncio.sleep(0.3)
        print("still talking", number)


async def main():
    start = time.monotonic()
    loop = asyncio.get_running_loop()
    plates, _ = await asyncio.gather(loop.run_in_executor(None, wash, 12), talk())
    print(f"{plates} plates after {time.monotonic() - start:.0f} s")


asyncio.run(main())
