# clock: virtual steady real
# profile: process
# file: timing.py
# stdout: ok
"""The lines of a program are seen as it writes them, in a file and through a pipe."""

import subprocess
import sys
import time

from timing import check, finish, near, takes

SOURCE = "import sys, time\nfor n in range(5):\n    time.sleep(0.4)\n    print(n, time.time(), flush=True)\n"
PYTHON = [sys.executable, "-I", "-S", "-c", SOURCE]

with takes(2, "a log in a file", starts=1, late=0.1), open("log.txt", "w") as log:
    writer = subprocess.Popen(PYTHON, stdout=log)
    seen = []
    with open("log.txt") as file:
        while len(seen) < 5:
            line = file.readline()
            if line.endswith("\n"):
                seen.append(line)
                near(time.time() - float(line.split()[1]), 0, "a line in the file", late=0.1)
            else:
                time.sleep(0.1)
    check(writer.wait() == 0, "the writer ended with", writer.returncode)
check([line.split()[0] for line in seen] == list("01234"), "the log has", seen)

with takes(2, "a log through a pipe", starts=1):
    writer = subprocess.Popen(PYTHON, stdout=subprocess.PIPE, text=True)
    seen = []
    for line in writer.stdout:
        seen.append(line)
        near(time.time() - float(line.split()[1]), 0, "a line in the pipe", late=0.03)
    check(writer.wait() == 0, "the writer ended with", writer.returncode)
check([line.split()[0] for line in seen] == list("01234"), "the pipe gave", seen)
finish()
