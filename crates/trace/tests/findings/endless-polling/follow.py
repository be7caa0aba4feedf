import asyncio

lines = []


async def write(count):
    for number in range(count):
        lines.append(f"line {number}")
        await asyncio.sleep(1000)


async def follow():
    read = 0
    while True:
        while read < len(lines):
            print(lines[read])
            read += 1
        await asyncio.sleep(600)


async def main():
    await asyncio.gather(write(3), follow())


asyncio.run(main())
