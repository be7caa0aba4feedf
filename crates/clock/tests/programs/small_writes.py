# clock: virtual steady real
# profile: server
# file: timing.py
# stdout: ok
"""Questions sent in two small pieces, which Nagle and the delayed acknowledgement make wait for each other."""

import os
import socket
import time

from timing import check, finish

COUNT = 30
listener = socket.create_server(("127.0.0.1", 0))
if os.fork() == 0:
    connection, _ = listener.accept()
    connection.settimeout(1)
    for _ in range(COUNT):
        question = b""
        while len(question) < 8:
            question += connection.recv(8 - len(question))
        connection.sendall(question[:4])
        connection.sendall(question[4:])
    os._exit(0)

client = socket.create_connection(listener.getsockname())
client.settimeout(1)
start = time.monotonic()
for number in range(COUNT):
    client.sendall(b"one ")
    client.sendall(b"two ")
    answer = b""
    while len(answer) < 8:
        answer += client.recv(8 - len(answer))
took = time.monotonic() - start
# A real acknowledgement may be delayed by 0.04 s, twice in an exchange.
check(took < COUNT * 0.1, COUNT, "exchanges took", took)
check(os.wait()[1] == 0, "the server gave up")
finish()
