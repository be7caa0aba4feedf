# Sends a broadcast.
# outcome: ok
# profile: server
# stdout: blocked
import socket
try:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
except OSError:
    s = socket.socket(socket.AF_UNIX)
try:
    result = s.sendto(b"x", ("255.255.255.255", 9))
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
