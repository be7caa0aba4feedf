import asyncio
import socket
import subprocess
import sys
import time

CLIENTS = """
import socket, sys, threading, time
def ask(line):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
        connection.sendall(line)
        connection.recv(10)
slow = threading.Thread(target=ask, args=(b"slow\\n",))
slow.start()
time.sleep(0.1)
ask(b"quick\\n")
slow.join()
ask(b"stop\\n")
"""

async def handle(reader, writer):
    line = await reader.readline()
    if line == b"slow\n":
        time.sleep(0.3)
    writer.write(line)
    await writer.drain()
    writer.close()
    if line == b"stop\n":
        stopped.set_result(None)

async def main():
    global stopped
    stopped = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    clients = subprocess.Popen([sys.executable, "-c", CLIENTS, str(port)])
    await stopped
    server.close()

asyncio.run(main())
