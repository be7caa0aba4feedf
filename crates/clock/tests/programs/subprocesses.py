# clock: virtual steady real
# profile: process
# file: timing.py
# stdout: ok
"""`subprocess` with Python programs: how long they run, and being given up on."""

import subprocess
import sys
import time
from subprocess import PIPE

from timing import check, finish, near, takes

# `Popen.wait` with a timeout looks at the child every 0.05 s.
LOOK = 0.05


def python(source, **more):
    return subprocess.Popen([sys.executable, "-I", "-S", "-c", source], text=True, **more)


def times_out(action):
    try:
        action()
    except subprocess.TimeoutExpired:
        return True
    return False


with takes(0.5, "a program that sleeps", starts=1):
    check(python("import time; time.sleep(0.5)").wait() == 0, "it failed")
with takes(0.5, "a program with an empty environment", starts=1):
    check(python("import time; time.sleep(0.5)", env={}).wait() == 0, "it failed")
with takes(0.5, "subprocess.run with a timeout", starts=1, late=LOOK):
    endless = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(100)"]
    check(times_out(lambda: subprocess.run(endless, timeout=0.5)), "it ended early")

child = python("import time; time.sleep(3); print('done')", stdout=PIPE)
with takes(0.3, "wait with a timeout", starts=1, late=LOOK):
    check(times_out(lambda: child.wait(0.3)), "it ended early")
with takes(0.3, "communicate with a timeout"):
    check(times_out(lambda: child.communicate(timeout=0.3)), "it ended early")
check(child.communicate(timeout=10)[0] == "done\n", "its output is lost")

with takes(0.6, "three programs at once", starts=3):
    children = [python(f"import time; time.sleep({seconds})") for seconds in (0.2, 0.6, 0.4)]
    check([child.wait() for child in children] == [0, 0, 0], "one failed")

source = "import sys, time\nfor line in sys.stdin:\n    time.sleep(0.2)\n    print(line.upper(), end='', flush=True)"
with takes(0.6, "a conversation", starts=1):
    child = python(source, stdin=PIPE, stdout=PIPE)
    for word in ("one\n", "two\n", "three\n"):
        child.stdin.write(word)
        child.stdin.flush()
        check(child.stdout.readline() == word.upper(), word, "got no answer")
    check(child.communicate()[0] == "", "it said more")

with takes(0.5, "a program that is ended", starts=1):
    child = python("import time; time.sleep(100)")
    time.sleep(0.5)
    child.terminate()
    check(child.wait() == -15, "it ended with", child.returncode)

child = python("import time; time.sleep(0.3); print(time.monotonic(), time.time())", stdout=PIPE)
with takes(0.3, "a look every 0.1 s", starts=1, late=0.1):
    while child.poll() is None:
        time.sleep(0.1)
monotonic, wall = map(float, child.communicate()[0].split())
near(time.monotonic() - monotonic, 0, "the child's monotonic clock", late=0.1, starts=1)
near(time.time() - wall, 0, "the child's time of day", late=0.1, starts=1)
finish()
