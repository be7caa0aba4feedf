"""Downloads, some at a time."""
import asyncio


async def download_all(fetch, pages):
    return await asyncio.gather(*(fetch(page) for page in pages))


async def download_some(fetch, pages, at_once):
    allowed = asyncio.Semaphore(at_once)

    async def one(page):
        async with allowed:
            return await fetch(page)

    return await asyncio.gather(*(one(page) for page in pages))


async def patiently(fetch, page):
    pause = 1
    while True:
        try:
            return await fetch(page)
        except OSError:
            await asyncio.sleep(pause)
            pause = 1


async def in_time(fetch, page, seconds):
    try:
        return await asyncio.wait_for(fetch(page), seconds)
    except asyncio.TimeoutError:
        return None


async def numbered(pages):
    for number, page in enumerate(pages):
        await asyncio.sleep(1)
        yield number, page
