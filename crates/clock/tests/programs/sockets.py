# clock: virtual steady real
# profile: server
# file: timing.py
# stdout: ok
"""Timeouts of TCP and UDP sockets, and the wait for a server that is not there yet."""

import socket
import threading
import time

from timing import check, finish, takes

HOST = "127.0.0.1"


def times_out(seconds, what, action):
    with takes(seconds, what):
        try:
            action()
            check(False, what, "did not time out")
        except TimeoutError:
            pass


listener = socket.create_server((HOST, 0))
port = listener.getsockname()[1]
listener.settimeout(0.3)
times_out(0.3, "accept", listener.accept)

client = socket.create_connection((HOST, port), timeout=0.3)
server, _ = listener.accept()
times_out(0.3, "recv", lambda: client.recv(1))
client.settimeout(0.7)
times_out(0.7, "recv with another timeout", lambda: client.recv(1))
threading.Timer(0.4, server.sendall, (b"x",)).start()
client.settimeout(5)
with takes(0.4, "a byte"):
    check(client.recv(1) == b"x", "another byte")


def fill():
    while True:
        client.sendall(bytes(1 << 20))


client.settimeout(0.3)
with takes(0.3, "sendall to a reader that does not read", late=0.1):
    try:
        fill()
    except TimeoutError:
        pass
client.close()
server.close()

datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind((HOST, 0))
datagrams.settimeout(0.3)
times_out(0.3, "recvfrom", lambda: datagrams.recvfrom(10))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
with takes(0.2, "a datagram"):
    threading.Timer(0.2, sender.sendto, (b"x", datagrams.getsockname())).start()
    check(datagrams.recvfrom(10)[0] == b"x", "another datagram")


def serve_later(address):
    time.sleep(1)
    with socket.create_server(address) as late:
        late.settimeout(10)
        late.accept()[0].sendall(b"at last")


def connect(address):
    for _ in range(20):
        try:
            return socket.create_connection(address, timeout=1)
        except ConnectionRefusedError:
            time.sleep(0.15)


listener.close()
with takes(1.05, "connecting until the server is there", late=0.15):
    threading.Thread(target=serve_later, args=((HOST, port),)).start()
    check(connect((HOST, port)).recv(10) == b"at last", "the server did not answer")
finish()
