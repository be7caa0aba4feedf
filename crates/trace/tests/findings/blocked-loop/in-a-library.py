import asyncio, time
class requests:
    @staticmethod
    def get(url): time.sleep(0.2); return url
async def fetch(url): return requests.get(url)
async def main(): print(await asyncio.gather(*(fetch(u) for u in "abc")))
asyncio.run(main())
