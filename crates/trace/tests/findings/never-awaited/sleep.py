import asyncio

async def child():
    print("start")
    asyncio.sleep(1)
    print("end")

asyncio.run(child())
