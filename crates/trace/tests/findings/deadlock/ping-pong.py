import asyncio
async def ping(a, b):
    while True:
        x = await a.get(); await b.put(x + 1)
async def main():
    a, b = asyncio.Queue(), asyncio.Queue()
    await asyncio.gather(ping(a, b), ping(b, a))
asyncio.run(main())
