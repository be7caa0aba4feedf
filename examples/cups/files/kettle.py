"""What there is to brew with."""

import asyncio


async def brew(name):
    await asyncio.sleep(2)
    return f"cup for {name}"


async def clay_pot(name):
    await asyncio.sleep(20)
    return f"good cup for {name}"
