import asyncio

async def work(n):
    await asyncio.sleep(0.01)
    return 1 // n

def done(task):
    print(repr(task.exception()))

async def main():
    first = asyncio.ensure_future(work(0))
    first.add_done_callback(done)
    second = asyncio.ensure_future(work(0))
    await asyncio.wait([second])
    print(second.exception())
    await asyncio.sleep(0.02)

asyncio.run(main())
