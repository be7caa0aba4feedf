import asyncio
class Conn:
    async def close(self): await asyncio.sleep(0.01)
    async def query(self, q): await asyncio.sleep(0.01); return q
async def main():
    c = Conn()
    print(await c.query("x"))
    c.close()
asyncio.run(main())
