import asyncio

async def upload(n):
    await asyncio.sleep(0.2)
    print("uploaded", n)

async def main():
    tasks = [asyncio.ensure_future(upload(n)) for n in range(4)]
    await tasks[0]
    tasks.append(asyncio.ensure_future(upload(9)))
    await asyncio.sleep(0.05)

asyncio.run(main())
