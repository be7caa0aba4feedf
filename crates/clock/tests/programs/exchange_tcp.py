# clock: virtual steady real
# count: 2000
# profile: server
# file: timing.py
# file: exchanging.py
# stdout: ok
"""Exchanges over TCP."""

import socket

from exchanging import TIMEOUT, or_nothing, processes

listener = socket.create_server(("127.0.0.1", 0))
here = socket.create_connection(listener.getsockname())
there, _ = listener.accept()
for connection in (here, there):
    connection.settimeout(TIMEOUT)
processes(or_nothing(lambda: there.recv(100)), there.sendall, or_nothing(lambda: here.recv(100)), here.sendall)
