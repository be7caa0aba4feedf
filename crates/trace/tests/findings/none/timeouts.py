import asyncio
async def slow(): await asyncio.sleep(3)
async def main():
    for _ in range(2):
        try:
            async with asyncio.timeout(0.1): await slow()
        except TimeoutError: print("late")
    done, pending = await asyncio.wait({asyncio.create_task(slow()), asyncio.create_task(asyncio.sleep(0.05))}, timeout=0.1)
    for t in pending: t.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
asyncio.run(main())
