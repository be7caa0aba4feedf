# Takes real-time priority.
# outcome: ok
# stdout: blocked
import os
try:
    result = os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
