import asyncio
from concurrent.futures import ThreadPoolExecutor

def count(n):
    found = 0
    for i in range(n):
        found += i * i % 7 == 1
    return found

async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(2) as pool:
        print(await asyncio.gather(
            loop.run_in_executor(pool, count, 3_000_000),
            loop.run_in_executor(pool, count, 3_000_000),
        ))

asyncio.run(main())
