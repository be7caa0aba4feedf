import asyncio

async def reserve():
    await asyncio.sleep(0.1)
    raise ValueError("sold out")

async def charge():
    await asyncio.sleep(0.3)

async def notify():
    await asyncio.sleep(0.05)
    return "sent"

async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(reserve())
            group.create_task(charge())
            group.create_task(notify())
    except* ValueError as errors:
        print(errors.exceptions)

asyncio.run(main())
