import asyncio

async def child():
    print("child starts")

async def main():
    task = asyncio.create_task(child())
    print("spawned")
    await task

asyncio.run(main())
