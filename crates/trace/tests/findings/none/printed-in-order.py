import asyncio
async def greet(name):
    await asyncio.sleep(0.06)
    print("hello", name)
    return name
async def main():
    first = await greet("Ann")
    second = await greet("Bob")
    print(first, second)
asyncio.run(main())
