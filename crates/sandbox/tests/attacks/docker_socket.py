# Connects to the container engine.
# outcome: ok
# stdout: blocked
import socket
try:
    result = socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
