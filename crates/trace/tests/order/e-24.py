import asyncio

async def numbers():
    for n in range(3):
        yield n

async def other():
    print("other runs")

async def main():
    task = asyncio.create_task(other())
    async for n in numbers():
        print(n)
    await task

asyncio.run(main())
