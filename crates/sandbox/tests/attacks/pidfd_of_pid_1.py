# Takes a handle on pid 1 to end it.
# outcome: ok
# stdout: blocked
import os, signal
try:
    result = signal.pidfd_send_signal(os.pidfd_open(1), 9) or open("/nowhere")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
