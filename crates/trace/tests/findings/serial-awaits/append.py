import asyncio

async def fetch(n):
    for part in range(3):
        await asyncio.sleep(0.02)
    return n

async def main():
    numbers = range(4)
    out = []
    for n in numbers:
        out.append(await fetch(n))
    print(out)

asyncio.run(main())
