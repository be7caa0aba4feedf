# clock: virtual steady real
# unmanaged: yes
# file: timing.py
# stdout: ok
"""A timeout that is an option of the socket happens in the kernel, out of our sight: such a run takes real time."""

import socket
import struct
import threading
import time

from timing import check, finish, near, takes

here, there = socket.socketpair()
here.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 300_000))


def receive():
    # The kernel counts such a timeout in ticks.
    start = time.monotonic()
    try:
        here.recv(1)
        check(False, "a byte came")
    except BlockingIOError:
        near(time.monotonic() - start, 0.3, "the timeout", late=0.05)


receive()
with takes(1, "a sleep beside it", late=0.05):
    thread = threading.Thread(target=receive)
    thread.start()
    time.sleep(1)
    thread.join()
finish()
