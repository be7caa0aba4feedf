import asyncio
def crunch(n): return sum(i * i for i in range(n))
async def handler(n):
    await asyncio.sleep(0.01); return crunch(20_000)
async def main(): print(len(await asyncio.gather(*(handler(n) for n in range(6)))))
asyncio.run(main())
