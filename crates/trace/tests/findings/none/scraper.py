import asyncio, random
async def get(url):
    await asyncio.sleep(0.05)
    return url * 2
async def fetch(url, limit, cache):
    async with limit:
        if url in cache: return cache[url]
        body = await get(url)
        cache[url] = body
        return body
async def main():
    limit = asyncio.Semaphore(3); cache = {}
    print(len(await asyncio.gather(*(fetch(f"u{n}", limit, cache) for n in range(10)))))
asyncio.run(main())
