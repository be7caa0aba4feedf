# clock: virtual steady real
# count: 2000
# file: timing.py
# file: exchanging.py
# stdout: ok
"""Exchanges over a pair of UNIX sockets."""

import socket

from exchanging import TIMEOUT, or_nothing, processes

here, there = socket.socketpair()
for connection in (here, there):
    connection.settimeout(TIMEOUT)
processes(or_nothing(lambda: there.recv(100)), there.sendall, or_nothing(lambda: here.recv(100)), here.sendall)
