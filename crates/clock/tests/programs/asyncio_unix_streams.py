# clock: virtual steady real
# file: timing.py
# stdout: ok
"""A server on a UNIX socket with clients in other processes."""

import asyncio
import os
import socket
import time

from timing import check, finish, takes

PATH = f"echo-{os.getpid()}.sock"


def client(seconds):
    time.sleep(seconds)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(PATH)
        connection.sendall(b"hello\n")
        os._exit(connection.recv(100) != b"hello\n")


async def main():
    served = asyncio.Semaphore(0)

    async def echo(reader, writer):
        line = await reader.readline()
        await asyncio.sleep(0.3)
        writer.write(line)
        writer.close()
        served.release()

    server = await asyncio.start_unix_server(echo, PATH)
    children = []
    with takes(0.9, "three clients"):
        for seconds in (0.2, 0.4, 0.6):
            if (child := os.fork()) == 0:
                client(seconds)
            children.append(child)
        for _ in children:
            await asyncio.wait_for(served.acquire(), 2)
    server.close()
    codes = [os.waitpid(child, 0)[1] for child in children]
    check(codes == [0, 0, 0], "the clients ended with", codes)


try:
    asyncio.run(main())
finally:
    if os.path.exists(PATH):
        os.unlink(PATH)
finish()
