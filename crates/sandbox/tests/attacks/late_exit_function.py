# Waits for ever on its way out.
# outcome: timeout ok
# stdout: blocked
# limit: wall_ms 300
import atexit, time
atexit.register(time.sleep, 1000)
print("blocked")
