# clock: virtual steady real
# stdout: the main thread ends
# stdout: and nobody waits
"""The program ends with its main thread, however long its daemons and orphans would have slept."""

import atexit
import os
import threading
import time

if os.fork() == 0:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    time.sleep(20)
    os._exit(0)
for _ in range(3):
    threading.Thread(target=time.sleep, args=(50_000,), daemon=True).start()
atexit.register(print, "and nobody waits")
time.sleep(0.5)
print("the main thread ends")
