# clock: virtual steady
# outcome: deadlock
# line: 10
# waits: 10
"""A wait for a signal that nobody sends."""

import signal

signal.signal(signal.SIGUSR1, lambda *_: print("rang"))
signal.pause()
