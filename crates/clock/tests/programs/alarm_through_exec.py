# clock: virtual steady real
# profile: shell
# file: timing.py
# stdout: ok
"""An alarm set before a program is executed ends it, at its time."""

import os
import signal

from timing import check, finish, takes

with takes(1, "an alarm through exec", late=0.1):
    if os.fork() == 0:
        signal.alarm(1)
        os.execvp("sleep", ["sleep", "10"])
    check(os.waitstatus_to_exitcode(os.wait()[1]) == -signal.SIGALRM, "another end")
with takes(1, "an alarm through exec with an empty environment", late=0.1):
    if os.fork() == 0:
        signal.setitimer(signal.ITIMER_REAL, 1)
        os.execve("/usr/bin/sleep", ["sleep", "10"], {})
    check(os.waitstatus_to_exitcode(os.wait()[1]) == -signal.SIGALRM, "another end")
finish()
