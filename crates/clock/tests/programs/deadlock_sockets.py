# clock: virtual steady
# outcome: deadlock
# line: 14
# waits: 14 19
"""Both sides wait for the other to speak first."""

import socket
import threading

here, there = socket.socketpair()


def listen():
    print(there.recv(100))
    there.sendall(b"hello")


threading.Thread(target=listen).start()
print(here.recv(100))
here.sendall(b"hello")
