import asyncio
import time

def load(name):
    time.sleep(0.2)
    return name

async def heartbeat():
    for _ in range(8):
        await asyncio.sleep(0.04)

async def main():
    loop = asyncio.get_running_loop()
    beat = asyncio.create_task(heartbeat())
    files = ["a", "b", "c"]
    print(await asyncio.gather(*(loop.run_in_executor(None, load, name) for name in files)))
    await beat

asyncio.run(main())
