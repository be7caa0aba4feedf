import asyncio, time

async def main():
    time.sleep(0.3)
    await asyncio.sleep(0.01)
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.2)

asyncio.run(main())
