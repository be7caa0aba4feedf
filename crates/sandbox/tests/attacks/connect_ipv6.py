# Connects over IPv6.
# outcome: ok
# profile: server
# stdout: blocked
import socket
def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(1)
        s.connect(address)

try:
    result = connect(socket.AF_INET6, ("2606:4700:4700::1111", 80))
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
