# Sends a datagram out.
# outcome: ok
# profile: server
# stdout: blocked
import socket
try:
    result = socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("8.8.8.8", 53))
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
