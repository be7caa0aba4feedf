import asyncio

async def job():
    await asyncio.sleep(5)

async def main():
    task = asyncio.ensure_future(job())
    await asyncio.sleep(0.02)
    raise SystemExit(1)

asyncio.run(main())
