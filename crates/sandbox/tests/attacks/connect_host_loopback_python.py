# Connects to ("127.0.0.1", 22) under the profile python.
# outcome: ok
# profile: python
# stdout: blocked
import socket
def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(1)
        s.connect(address)

try:
    result = connect(socket.AF_INET, ("127.0.0.1", 22))
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
