import asyncio
async def copy(n):
    if n == 0: await asyncio.sleep(0.03); raise OSError("disk")
    for _ in range(8): await asyncio.sleep(0.03)
async def main():
    try: await asyncio.gather(*[copy(n) for n in range(3)])
    except OSError as e: print("failed", e)
    await asyncio.sleep(0.3)
asyncio.run(main())
