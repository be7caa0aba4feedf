# A crash leaves no core file.
# outcome: killed
# stdout: blocked
import os, resource
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
print("blocked", flush=True)
os.abort()
