import asyncio

async def worker():
    try:
        while True:
            print("working")
            await asyncio.sleep(0.05)
    except asyncio.CancelledError:
        print("cleaning up")
        await asyncio.sleep(0.04)
        raise

async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(0.17)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled")
    try:
        await asyncio.wait_for(asyncio.sleep(5), 0.1)
    except TimeoutError:
        print("too late")

asyncio.run(main())
