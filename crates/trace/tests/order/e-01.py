import asyncio

async def fails():
    await asyncio.sleep(0.02)
    raise ValueError("no")

async def works():
    await asyncio.sleep(0.06)
    return "done"

async def main():
    tasks = asyncio.create_task(fails()), asyncio.create_task(works())
    try:
        await asyncio.gather(*tasks)
    except ValueError:
        print("gather raised")
    print(await tasks[1])

asyncio.run(main())
