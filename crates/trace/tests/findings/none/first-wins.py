import asyncio
async def mirror(n, t):
    await asyncio.sleep(t); return n
async def main():
    ts = [asyncio.create_task(mirror(n, t)) for n, t in (("a", .2), ("b", .05), ("c", .3))]
    done, pending = await asyncio.wait(ts, return_when=asyncio.FIRST_COMPLETED)
    print(done.pop().result())
    for t in pending: t.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
asyncio.run(main())
