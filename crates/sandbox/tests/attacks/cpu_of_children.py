# Burns CPU in many processes.
# outcome: timeout
# limit: wall_ms 600
# reduced: skip
import os
for _ in range(8):
    if os.fork() == 0:
        break
while True:
    pass
