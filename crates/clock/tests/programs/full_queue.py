# clock: virtual steady
# profile: server
# file: timing.py
# stdout: ok
"""Clients that find no room in the queue of a server are let in without the kernel's own second of patience."""

import socket
import threading
import time

from timing import check, finish, takes

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(0)
answers = []


def client():
    with socket.create_connection(server.getsockname(), timeout=30) as connection:
        answers.append(connection.recv(10))


clients = [threading.Thread(target=client) for _ in range(6)]
with takes(1, "six clients of a server that first sleeps"):
    for one in clients:
        one.start()
    time.sleep(1)
    for _ in clients:
        connection, _ = server.accept()
        connection.sendall(b"tea")
        connection.close()
    for one in clients:
        one.join()
check(answers == [b"tea"] * 6, "the clients got", answers)
finish()
