import asyncio

async def close():
    await asyncio.sleep(0.03)

async def quiet():
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        print("bye")

async def tidy():
    try:
        await asyncio.sleep(5)
    finally:
        await close()

async def bounded():
    try:
        await asyncio.wait_for(asyncio.sleep(5), 0.02)
    except asyncio.TimeoutError:
        await asyncio.sleep(0.02)

async def main():
    tasks = [asyncio.ensure_future(f()) for f in (quiet, tidy, bounded)]
    await asyncio.sleep(0.06)
    tasks[0].cancel()
    tasks[1].cancel()
    await asyncio.wait(tasks)

asyncio.run(main())
