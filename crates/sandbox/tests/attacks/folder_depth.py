# Nests folders as deep as they go; cleaning up must not mind.
# outcome: ok
# stdout: blocked
import os
try:
    for _ in range(400):
        os.mkdir("d")
        os.chdir("d")
except OSError:
    pass
print("blocked")
