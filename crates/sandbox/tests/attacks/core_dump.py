# A crash leaves no core file.
# outcome: killed
# stdout: blocked
import os, resource
# At 0 a dump would still be piped to the host's crash handler, at 1 it is not.
assert resource.getrlimit(resource.RLIMIT_CORE) == (1, 1)
print("blocked", flush=True)
os.abort()
