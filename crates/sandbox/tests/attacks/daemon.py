# Leaves a daemon behind; the harness looks for it.
# outcome: ok
# stdout: blocked
# reduced: skip
import os, signal, time
print("blocked", flush=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for s in (1, 2, 15):
            signal.signal(s, signal.SIG_IGN)
        while True:
            time.sleep(0.1)
            os.write(1, b"BREACH")
    os._exit(0)
os._exit(0)
