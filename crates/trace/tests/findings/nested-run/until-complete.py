import asyncio

async def inner():
    return 1

async def main():
    loop = asyncio.get_running_loop()
    try:
        print(loop.run_until_complete(inner()))
    except RuntimeError as error:
        print(error)

asyncio.run(main())
