import asyncio

async def download(url):
    size = 0
    for part in range(4):
        await asyncio.sleep(0.03)
        size += part
    return size

async def main():
    sizes = []
    for url in ["only"]:
        sizes.append(await download(url))
    print(sizes)

asyncio.run(main())
