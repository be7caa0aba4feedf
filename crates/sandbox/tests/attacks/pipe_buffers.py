# Fills pipes without end.
# outcome: ok memory killed
import os, fcntl
pipes = []
try:
    while True:
        r, w = os.pipe()
        pipes += [r, w]
        try:
            fcntl.fcntl(w, 1031, 1 << 20)
        except OSError:
            pass
        os.set_blocking(w, False)
        os.write(w, b"x" * (1 << 20))
except OSError:
    print("blocked")
