# Sleeps for ever.
# outcome: timeout
# limit: wall_ms 300
import time
time.sleep(1e6)
