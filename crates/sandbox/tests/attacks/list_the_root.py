# The root holds the sandbox's folders only.
# outcome: ok
# stdout: blocked
import os
try:
    names = set(os.listdir("/"))
except OSError:
    names = set()
print("blocked" if names <= {"usr", "bin", "sbin", "lib", "lib64", "lib32", "etc", "dev", "proc", "home", "tmp", "etude", "root", "packages"} else f"BREACH {names}")
