import asyncio

async def never_blocks():
    return 1

async def other():
    print("other runs")

async def main():
    task = asyncio.create_task(other())
    await never_blocks()
    print("other had no turn")
    await asyncio.sleep(0)
    print("now it had")
    await task

asyncio.run(main())
