# clock: virtual steady
# outcome: deadlock
# line: 12
# waits: 12
# profile: process
"""A program reads input that its parent, which waits for it to end, never gives."""

import subprocess
import sys

child = subprocess.Popen([sys.executable, "-c", "print(input())"], stdin=subprocess.PIPE)
child.wait()
