import asyncio
async def ticks(n):
    for i in range(n):
        await asyncio.sleep(0.06); yield i
async def main():
    out = []
    async for i in ticks(3): out.append(i)
    print(out, [i async for i in ticks(2)])
asyncio.run(main())
