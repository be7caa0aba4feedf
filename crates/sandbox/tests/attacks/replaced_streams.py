# Replaces its standard streams by files.
# outcome: ok
# stdout: blocked
import os
os.write(1, b"blocked\n")
fd = os.open("f", os.O_RDWR | os.O_CREAT)
os.dup2(fd, 1)
os.dup2(fd, 2)
print("BREACH")
