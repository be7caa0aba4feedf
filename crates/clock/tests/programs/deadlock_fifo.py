# clock: virtual steady
# outcome: deadlock
# line: 10
# waits: 10
"""A FIFO that is opened for reading, and by nobody for writing."""

import os

os.mkfifo("letters")
with open("letters") as letters:
    print(letters.read())
