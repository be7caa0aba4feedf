# clock: virtual steady real
# stdout: opening
# stdout: open after 1 s
# stdout: page 0 after 2 s
# stdout: page 1 after 3 s
# stdout: closing
# stdout: closed after 4 s
"""What is opened and closed, and what is read in between, may all be waited for."""

import asyncio
import time

start = time.monotonic()


def now():
    return f"after {time.monotonic() - start:.0f} s"


class Book:
    async def __aenter__(self):
        print("opening")
        await asyncio.sleep(1)
        print("open", now())
        return self

    async def __aexit__(self, *_):
        print("closing")
        await asyncio.sleep(1)
        print("closed", now())

    async def pages(self):
        for number in range(2):
            await asyncio.sleep(1)
            yield number


async def main():
    async with Book() as book:
        async for page in book.pages():
            print("page", page, now())


asyncio.run(main())
