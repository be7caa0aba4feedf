import asyncio


async def brew_all(brew, names):
    cups = []
    for name in names:
        cups.append(await brew(name))
    return cups


async def in_time(cup, seconds):
    try:
        return await asyncio.wait_for(cup, seconds)
    except asyncio.TimeoutError:
        return None
