import asyncio

async def fetch(url):
    await asyncio.sleep(0.06)
    await asyncio.sleep(0.02)
    return len(url)

async def main():
    urls = ["a", "bb", "ccc"]
    sizes = [await fetch(url) for url in urls]
    print(sizes)

asyncio.run(main())
