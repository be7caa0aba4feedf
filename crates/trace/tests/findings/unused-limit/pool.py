import asyncio, time
from concurrent.futures import ThreadPoolExecutor

def download(n):
    time.sleep(0.04)
    print("got", n)

async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(4) as pool:
        for n in range(5):
            await loop.run_in_executor(pool, download, n)

asyncio.run(main())
