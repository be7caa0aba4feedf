# Starts a program by posix_spawn.
# outcome: ok
# stdout: blocked
import os
try:
    result = os.waitpid(os.posix_spawn("/usr/bin/id", ["id"], {}), 0)[1] == 0 or 1/0
except (OSError, ZeroDivisionError) as error:
    print("blocked")
else:
    print("BREACH", result)
