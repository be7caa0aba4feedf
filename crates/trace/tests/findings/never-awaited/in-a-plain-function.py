import asyncio

class Store:
    async def save(self, name):
        await asyncio.sleep(0.01)

    def close(self):
        self.save("last")

async def main():
    store = Store()
    await store.save("first")
    store.close()

asyncio.run(main())
