import asyncio
import socket
import threading
import time

async def handle(reader, writer):
    line = await reader.readline()
    if line == b"slow\n":
        time.sleep(0.3)
    writer.write(line)
    await writer.drain()
    writer.close()

def ask(port, line):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(line)
        connection.recv(10)

async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    slow = threading.Thread(target=ask, args=(port, b"slow\n"))
    slow.start()
    await asyncio.sleep(0.1)
    quick = threading.Thread(target=ask, args=(port, b"quick\n"))
    quick.start()
    await asyncio.get_running_loop().run_in_executor(None, slow.join)
    await asyncio.get_running_loop().run_in_executor(None, quick.join)
    server.close()

asyncio.run(main())
