# Closes everything, then opens descriptors until it has every number that init or the interpreter uses, and writes.
# outcome: failed killed
# must-not: Traceback
import os, socket
os.closerange(0, 256)
pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(20)]
for pair in pairs:
    for end in pair:
        try:
            end.send(b"\x08\0\x74\x45" + b"\0" * 64)
        except OSError:
            pass
os._exit(3)
