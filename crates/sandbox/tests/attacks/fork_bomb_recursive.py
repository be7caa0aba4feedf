# Every child forks as well.
# outcome: timeout
# limit: wall_ms 700
import os, time
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(0.01)
