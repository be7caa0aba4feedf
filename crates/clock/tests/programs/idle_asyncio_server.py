# clock: virtual steady
# profile: server
# outcome: idle
# stdout: listening
"""A server that nobody calls."""

import asyncio


async def greet(reader, writer):
    writer.write(b"hello")
    writer.close()


async def main():
    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    print("listening", flush=True)
    await server.serve_forever()


asyncio.run(main())
