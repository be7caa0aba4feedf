import asyncio


async def brew_all(brew, names):
    cups = [brew(name) for name in names]
    names.clear()
    await asyncio.gather(*cups)
    return names


async def in_time(cup, seconds):
    try:
        return await asyncio.wait_for(cup, seconds)
    except asyncio.TimeoutError:
        return None
