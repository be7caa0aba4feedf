import asyncio

tasks = {}

async def wait_for(name):
    await asyncio.sleep(0.01)
    return await tasks[name]

async def main():
    tasks["a"] = asyncio.ensure_future(wait_for("b"))
    tasks["b"] = asyncio.ensure_future(wait_for("a"))
    await tasks["a"]

asyncio.run(main())
