# clock: virtual steady
# profile: server
# outcome: idle
# stdout: listening
"""A server of datagrams, to which nobody is left to write."""

import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
print("listening", flush=True)
server.recvfrom(100)
