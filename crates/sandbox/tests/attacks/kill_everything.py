# Signals everyone it can see.
# outcome: ok
# stdout: blocked
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
try:
    os.kill(-1, signal.SIGTERM)
except OSError:
    pass
print("blocked")
