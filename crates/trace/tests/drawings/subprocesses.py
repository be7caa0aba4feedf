import asyncio

async def convert(name):
    process = await asyncio.create_subprocess_exec("sleep", "0.15")
    await process.wait()
    print(name, process.returncode)

async def main():
    await asyncio.gather(convert("a"), convert("b"))

asyncio.run(main())
