# Fills socket pairs without end.
# outcome: ok memory killed timeout
import socket
pairs = []
try:
    while True:
        a, b = socket.socketpair()
        pairs += [a, b]
        a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 26)
        a.setblocking(False)
        try:
            while True:
                a.send(b"x" * 65536)
        except BlockingIOError:
            pass
except OSError:
    print("blocked")
