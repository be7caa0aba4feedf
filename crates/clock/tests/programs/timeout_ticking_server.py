# clock: virtual steady
# profile: server
# outcome: timeout
# limit: virtual_ms 60000
# stdout: listening
"""A server that has something to do every tenth of a second, as uvicorn has, ends with the virtual time it was given."""

import asyncio


async def greet(reader, writer):
    writer.close()


async def main():
    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    print("listening", flush=True)
    async with server:
        while True:
            await asyncio.sleep(0.1)


asyncio.run(main())
