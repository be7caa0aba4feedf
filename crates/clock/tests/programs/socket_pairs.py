# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Timeouts of UNIX sockets: streams, datagrams, and those with a name."""

import os
import socket
import threading
import time

from timing import check, finish, takes


def times_out(seconds, what, action):
    with takes(seconds, what):
        try:
            action()
            check(False, what, "did not time out")
        except TimeoutError:
            pass


for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
    here, there = socket.socketpair(socket.AF_UNIX, kind)
    here.settimeout(0.3)
    times_out(0.3, f"recv of {kind.name}", lambda: here.recv(1))
    here.settimeout(5)
    with takes(0.3, f"a byte of {kind.name}"):
        threading.Timer(0.3, there.send, (b"x",)).start()
        check(here.recv(1) == b"x", "another byte")
    here.settimeout(0.3)

    def fill():
        while True:
            here.send(bytes(4096))

    times_out(0.3, f"send of {kind.name}", fill)

# Both ends in different processes, each waiting for the other in turn.
here, there = socket.socketpair()
with takes(1, "a conversation of processes", late=0.05):
    if os.fork() == 0:
        there.settimeout(1)
        for _ in range(5):
            word = there.recv(1)
            time.sleep(0.1)
            there.send(word)
        os._exit(0)
    here.settimeout(1)
    for number in range(5):
        here.send(b"x")
        check(here.recv(1) == b"x", "another byte")
        time.sleep(0.1)
check(os.wait()[1] == 0, "the other process gave up")

with socket.socket(socket.AF_UNIX) as listener:
    listener.bind("named.sock")
    listener.listen()
    listener.settimeout(0.3)
    times_out(0.3, "accept", listener.accept)
os.unlink("named.sock")
finish()
