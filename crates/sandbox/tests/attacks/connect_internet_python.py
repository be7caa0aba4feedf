# Connects to ("1.1.1.1", 80) under the profile python.
# outcome: ok
# profile: python
# stdout: blocked
import socket
def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(1)
        s.connect(address)

try:
    result = connect(socket.AF_INET, ("1.1.1.1", 80))
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
