import asyncio

async def reserve(n):
    await asyncio.sleep(0.05 * n)
    if n == 1:
        raise RuntimeError("sold out")
    return n

async def main():
    results = None
    try:
        results = await asyncio.gather(
            reserve(1),
            reserve(2),
            reserve(3),
        )
    except RuntimeError as error:
        print(error)
    await asyncio.sleep(0.2)

asyncio.run(main())
