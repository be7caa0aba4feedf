# Leaves with more in its pipe than is read at once.
# outcome: ok
# stdout: blocked
import os, sys
sys.stdout.write("blocked\n" + "x" * 60_000)
sys.stdout.flush()
os._exit(0)
