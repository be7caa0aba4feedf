import asyncio

async def load(ready):
    try:
        raise OSError("gone")
        ready.set()
    except OSError:
        print("no file")

async def main():
    ready = asyncio.Event()
    task = asyncio.ensure_future(load(ready))
    await ready.wait()
    await task

asyncio.run(main())
