import asyncio, time

total = 0

async def fetch(n):
    await asyncio.sleep(0.06)
    return n

async def add(n):
    global total
    await asyncio.sleep(0.06)
    total += n
    return total

async def say(n):
    await asyncio.sleep(0.06)
    print("got", n)
    return n

async def save(n):
    await asyncio.sleep(0.06)

async def main():
    a = await add(1)
    b = await add(2)
    c = await say(3)
    d = await say(4)
    start = time.perf_counter()
    e = await fetch(5)
    first = time.perf_counter() - start
    f = await fetch(6)
    await save(a)
    await save(b)
    while a < 5:
        a += await fetch(1)
    print(a, b, c, d, e, f, first < 1)

asyncio.run(main())
