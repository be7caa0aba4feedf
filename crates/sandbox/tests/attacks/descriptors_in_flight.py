# Hides descriptors in a socket and leaves.
# outcome: ok
# stdout: blocked
import array, socket
a, b = socket.socketpair()
a.setblocking(False)
try:
    while True:
        a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [1, 2] * 50))])
except OSError:
    print("blocked")
