import asyncio
async def page(cursor):
    await asyncio.sleep(0.06)
    return [cursor], cursor + 1 if cursor < 4 else None
async def main():
    items, cursor = [], 0
    while cursor is not None:
        part, cursor = await page(cursor)
        items += part
    print(items)
asyncio.run(main())
