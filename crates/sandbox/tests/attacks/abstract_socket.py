# Connects to an abstract socket of the host.
# outcome: ok
# stdout: blocked
import socket
try:
    result = socket.socket(socket.AF_UNIX).connect("\0/tmp/.X11-unix/X0")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
