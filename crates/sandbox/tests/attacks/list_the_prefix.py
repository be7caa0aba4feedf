# Looks for what else lies where the interpreter was installed, which may be a home's `.local`.
# outcome: ok
# stdout: blocked
import os, sys
try:
    found = os.listdir(sys.base_prefix)
except OSError:
    found = []
if not sys.base_prefix.startswith("/usr") and set(found) - {"bin", "lib"}:
    print("BREACH", found)
print("blocked")
