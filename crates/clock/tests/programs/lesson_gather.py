# clock: virtual steady real
# stdout: kettle on
# stdout: toast on
# stdout: toast done
# stdout: kettle done
# stdout: 2 s
"""Both at once."""

import asyncio
import time


async def make(what, seconds):
    print(what, "on")
    await asyncio.sleep(seconds)
    print(what, "done")


async def main():
    start = time.time()
    await asyncio.gather(make("kettle", 2), make("toast", 1))
    print(f"{time.time() - start:.0f} s")


asyncio.run(main())
