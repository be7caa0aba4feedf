"""A web server of our own, with the three kinds of endpoints that frameworks tell apart."""

import asyncio
import sys
import time


async def hello(_):
    pass


async def waits(seconds):
    await asyncio.sleep(seconds)


async def blocks(seconds):
    time.sleep(seconds)


async def in_a_thread(seconds):
    await asyncio.to_thread(time.sleep, seconds)


ENDPOINTS = {"hello": hello, "async": waits, "blocking": blocks, "sync": in_a_thread}


async def serve(reader, writer):
    while request := await reader.readline():
        while await reader.readline() not in (b"\r\n", b""):
            pass
        _, name, *seconds = request.split()[1].decode().split("/")
        await ENDPOINTS[name](float(seconds[0]) if seconds else 0)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(name), name.encode()))
        await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
