import asyncio
class Db:
    def __init__(self): self.rows = []
    async def begin(self): await asyncio.sleep(0.05)
    async def insert(self, x): await asyncio.sleep(0.06); self.rows.append(x); return len(self.rows)
    async def count(self): await asyncio.sleep(0.06); return len(self.rows)
async def main():
    db = Db(); await db.begin()
    ids = []
    for x in "abc": ids.append(await db.insert(x))
    n = await db.count()
    m = await db.count()
    print(ids, n, m)
asyncio.run(main())
