results = await asyncio.gather(*(fetch(session, url) for url in urls))
async for row in cursor:
    total += row["n"]
print(total, len(results))
