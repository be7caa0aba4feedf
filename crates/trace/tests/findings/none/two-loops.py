import asyncio, threading

async def inner(n):
    await asyncio.sleep(0.02)
    return n

def other():
    print(asyncio.run(inner(3)))

async def main():
    await asyncio.get_running_loop().run_in_executor(None, other)

print(asyncio.run(inner(1)))
print(asyncio.run(inner(2)))
asyncio.run(main())
