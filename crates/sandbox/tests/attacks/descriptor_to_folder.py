# No inherited descriptor is a folder.
# outcome: ok
# stdout: blocked
import os
try:
    result = [os.open("..", os.O_RDONLY, dir_fd=fd) for fd in (0, 1, 2)]
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
