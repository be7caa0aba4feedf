# clock: virtual steady real
# count: 2000
# profile: server
# file: timing.py
# file: exchanging.py
# stdout: ok
"""Exchanges over TCP within one event loop."""

import asyncio
import random

from exchanging import COUNT, TIMEOUT, check, finish


async def echo(reader, writer):
    chance = random.Random(1)
    try:
        while line := await asyncio.wait_for(reader.readline(), TIMEOUT):
            if chance.random() < 0.01:
                await asyncio.sleep(TIMEOUT / 2)
            writer.write(line)
            await writer.drain()
    except asyncio.TimeoutError:
        check(False, "the answering side gave up")
    writer.close()


async def ask(port, turns):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for turn in range(turns):
        writer.write(b"%d\n" % turn)
        try:
            line = await asyncio.wait_for(reader.readline(), TIMEOUT)
        except asyncio.TimeoutError:
            check(False, "the asking side gave up in turn", turn)
            break
        check(line == b"%d\n" % turn, "the answer was", line)
    writer.close()


async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await asyncio.gather(*(ask(port, COUNT // 4) for _ in range(4)))
    server.close()


asyncio.run(main())
finish()
