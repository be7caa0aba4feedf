# clock: virtual steady
# profile: server
# outcome: idle
# stdout: served after 1 s
"""A server without a framework, which serves one call and waits for the next."""

import os
import socket
import time

listener = socket.create_server(("127.0.0.1", 0))
if os.fork() == 0:
    time.sleep(1)
    socket.create_connection(listener.getsockname()).recv(100)
    os._exit(0)
start = time.monotonic()
while True:
    connection, _ = listener.accept()
    connection.sendall(b"hello")
    connection.close()
    print(f"served after {time.monotonic() - start:.0f} s", flush=True)
