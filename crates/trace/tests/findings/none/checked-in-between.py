import asyncio
async def load(n): await asyncio.sleep(0.06); return n
async def main():
    user = await load(1)
    assert user
    prefs = await load(2)
    try:
        extra = await load(3)
    except OSError:
        extra = None
    print(user, prefs, extra)
asyncio.run(main())
