import asyncio

async def fetch(n):
    await asyncio.sleep(0.08)
    return n

async def main():
    total = await fetch(1) + await fetch(2)
    print(total)

asyncio.run(main())
