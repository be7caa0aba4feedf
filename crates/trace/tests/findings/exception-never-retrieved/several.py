import asyncio
async def job(n):
    await asyncio.sleep(0.01)
    if n % 2: raise KeyError(n)
async def main():
    ts = [asyncio.create_task(job(n)) for n in range(4)]
    await asyncio.sleep(0.1)
    print(sum(t.done() for t in ts))
asyncio.run(main())
