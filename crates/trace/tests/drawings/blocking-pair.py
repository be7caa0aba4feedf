import asyncio
import time

async def blocking(name):
    print(name, "starts")
    time.sleep(0.3)
    print(name, "ends")

async def waiting(name):
    print(name, "starts")
    await asyncio.sleep(0.3)
    print(name, "ends")

async def main():
    await asyncio.gather(blocking("A"), blocking("B"))
    await asyncio.gather(waiting("C"), waiting("D"))

asyncio.run(main())
