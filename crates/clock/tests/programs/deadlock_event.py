# clock: virtual steady
# outcome: deadlock
# line: 11
# waits: 11
"""An event that nobody sets."""

import threading

ready = threading.Event()
print("waiting", flush=True)
ready.wait()
print("ready")
