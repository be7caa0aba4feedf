# clock: virtual steady
# outcome: deadlock
# line: 11
# waits: 11 16
"""A child reads from a pipe whose other end is open in itself, and its parent waits for it to end."""

import os

reader, writer = os.pipe()
if os.fork() == 0:
    while line := os.read(reader, 100):
        print("read", line)
    os._exit(0)
os.write(writer, b"tea")
os.close(writer)
os.wait()
