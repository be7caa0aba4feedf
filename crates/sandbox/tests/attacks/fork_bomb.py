# Forks and waits.
# outcome: processes failed
import os, time
while True:
    if os.fork() == 0:
        time.sleep(60)
