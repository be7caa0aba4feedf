# Stops itself, so that it can neither run nor be asked.
# outcome: timeout
# limit: wall_ms 300
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
while True: pass
