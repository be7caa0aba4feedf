# Looks up a name.
# outcome: ok
# profile: server
# stdout: blocked
import socket
try:
    result = socket.getaddrinfo("example.com", 80)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
