import asyncio

async def worker():
    while True:
        try:
            await asyncio.sleep(0.02)
        except BaseException:
            pass
        if stop:
            return

async def main():
    global stop
    stop = False
    task = asyncio.ensure_future(worker())
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.sleep(0.1)
    stop = True
    await task

asyncio.run(main())
