# Binds a port; the next run must find it free.
# outcome: ok
# profile: server
# stdout: blocked
import socket
s = socket.socket()
s.bind(("127.0.0.1", 5555))
s.listen()
print("blocked")
