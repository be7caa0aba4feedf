import asyncio

async def fails():
    await asyncio.sleep(0.02)
    raise ValueError("no")

async def charge():
    await asyncio.sleep(1)

async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())
            group.create_task(charge())
    except* ValueError:
        print("rolled back")

asyncio.run(main())
