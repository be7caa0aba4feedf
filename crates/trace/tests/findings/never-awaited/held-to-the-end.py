import asyncio

async def greet():
    print("hello")
    await asyncio.sleep(0.01)

c = greet()
print("type:", type(c))
asyncio.run(greet())
