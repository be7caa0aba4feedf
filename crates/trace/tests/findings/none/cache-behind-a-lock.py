import asyncio
class Cache:
    def __init__(self): self.lock = asyncio.Lock(); self.value = None
    async def get(self):
        async with self.lock:
            if self.value is None:
                await asyncio.sleep(0.1); self.value = 42
            return self.value
async def main():
    c = Cache(); print(await asyncio.gather(*(c.get() for _ in range(5))))
asyncio.run(main())
