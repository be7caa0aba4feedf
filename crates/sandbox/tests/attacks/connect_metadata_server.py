# Connects to ("169.254.169.254", 80) under the profile server.
# outcome: ok
# profile: server
# stdout: blocked
import socket
def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(1)
        s.connect(address)

try:
    result = connect(socket.AF_INET, ("169.254.169.254", 80))
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
