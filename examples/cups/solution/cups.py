"""Tea for everybody."""

import asyncio


async def brew_all(brew, names):
    """Brews a cup for each name, all of them side by side."""
    # BEGIN SOLUTION: await all cups at the same time
    return await asyncio.gather(*(brew(name) for name in names))
    # END SOLUTION


async def in_time(cup, seconds):
    """Waits for a cup so long and no longer; `None` if that was too short."""
    # BEGIN SOLUTION
    try:
        return await asyncio.wait_for(cup, seconds)
    except asyncio.TimeoutError:
        return None
    # END SOLUTION
