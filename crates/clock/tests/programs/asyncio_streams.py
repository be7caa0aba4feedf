# clock: virtual steady real
# profile: server
# file: timing.py
# stdout: ok
"""A TCP server and its clients in one loop."""

import asyncio

from timing import check, finish, takes


async def slow_echo(reader, writer):
    while line := await reader.readline():
        await asyncio.sleep(0.5)
        writer.write(line)
        await writer.drain()
    writer.close()


async def ask(port, times):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(times):
        writer.write(b"%d\n" % number)
        line = await asyncio.wait_for(reader.readline(), 1)
        check(line == b"%d\n" % number, "the server answered", line)
    writer.close()
    await writer.wait_closed()


async def main():
    server = await asyncio.start_server(slow_echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with takes(0.5, "ten clients", late=0.05):
        await asyncio.gather(*(ask(port, 1) for _ in range(10)))
    with takes(1.5, "three questions", late=0.02):
        await ask(port, 3)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"late\n")
    with takes(0.2, "a timeout before the answer"):
        try:
            await asyncio.wait_for(reader.readline(), 0.2)
            check(False, "the answer came early")
        except asyncio.TimeoutError:
            pass
    writer.close()
    server.close()


asyncio.run(main())
finish()
