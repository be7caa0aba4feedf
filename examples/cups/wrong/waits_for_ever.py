import asyncio


async def brew_all(brew, names):
    return await asyncio.gather(*(brew(name) for name in names))


async def in_time(cup, seconds):
    began = asyncio.get_running_loop().time()
    brewed = await cup
    return brewed if asyncio.get_running_loop().time() - began < seconds else None
