import asyncio


async def attack(fetch, pages, *_):
    for page in pages:
        asyncio.ensure_future(fetch(page))
    await asyncio.sleep(0)
    return [page.upper() for page in pages]
