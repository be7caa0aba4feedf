# clock: virtual steady
# outcome: deadlock
# line: 12
# waits: 12
# profile: process
"""A program has filled a pipe that its parent reads only once it has ended."""

import subprocess
import sys

child = subprocess.Popen([sys.executable, "-c", "print('tea' * 100_000)"], stdout=subprocess.PIPE)
child.wait()
print(len(child.stdout.read()))
