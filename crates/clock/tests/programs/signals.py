# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Alarms, interval timers, and waits for signals."""

import os
import signal
import threading
import time
from signal import ITIMER_REAL, SIGALRM, SIGUSR1

from timing import check, finish, near, takes

rings = []
signal.signal(SIGALRM, lambda *_: rings.append(time.monotonic()))
signal.signal(SIGUSR1, lambda *_: rings.append(time.monotonic()))

with takes(1, "alarm and pause"):
    check(signal.alarm(1) == 0, "an alarm was set")
    signal.pause()
with takes(1.5, "an alarm during a sleep"):
    start = time.monotonic()
    signal.alarm(1)
    time.sleep(1.5)
near(rings[-1] - start, 1, "the alarm")
signal.alarm(100)
check(signal.alarm(0) in (99, 100), "the rest of an alarm is lost")

rings.clear()
start = time.monotonic()
with takes(0.9, "four rings of a timer"):
    signal.setitimer(ITIMER_REAL, 0.3, 0.2)
    while len(rings) < 4:
        signal.pause()
signal.setitimer(ITIMER_REAL, 0)
for number, ring in enumerate(rings):
    near(ring - start, 0.3 + number * 0.2, f"ring {number}")
time.sleep(1)
check(len(rings) == 4, "a timer that was stopped rang")

signal.setitimer(ITIMER_REAL, 5)
time.sleep(1)
rest, interval = signal.getitimer(ITIMER_REAL)
check(3.9 <= rest <= 4.001 and interval == 0, "the rest of a timer is", rest)
rest, _ = signal.setitimer(ITIMER_REAL, 0)
check(3.9 <= rest <= 4.001, "the rest of a timer replaced is", rest)

with takes(0.5, "sigtimedwait without a signal"):
    check(signal.sigtimedwait([signal.SIGUSR2], 0.5) is None, "a signal came")
signal.pthread_sigmask(signal.SIG_BLOCK, [SIGALRM, signal.SIGUSR2])
with takes(1, "sigtimedwait with an alarm"):
    signal.alarm(1)
    check(signal.sigtimedwait([SIGALRM], 10).si_signo == SIGALRM, "another signal came")
with takes(0.4, "sigwait"):
    signal.setitimer(ITIMER_REAL, 0.4)
    check(signal.sigwait([SIGALRM]) == SIGALRM, "another signal came")
with takes(0.4, "sigwaitinfo"):
    threading.Timer(0.4, lambda: os.kill(os.getpid(), signal.SIGUSR2)).start()
    check(signal.sigwaitinfo([signal.SIGUSR2]).si_signo == signal.SIGUSR2, "another signal came")
signal.pthread_sigmask(signal.SIG_UNBLOCK, [SIGALRM, signal.SIGUSR2])


class Late(Exception):
    pass


def late(*_):
    raise Late


# As a program bounds a call of its own.
signal.signal(SIGALRM, late)
with takes(0.5, "a call that an alarm ends"):
    signal.setitimer(ITIMER_REAL, 0.5)
    try:
        time.sleep(100)
        check(False, "the alarm did not end the call")
    except Late:
        pass

# A thread's sleep is the main thread's affair only when it is joined.
signal.signal(SIGALRM, lambda *_: None)
thread = threading.Thread(target=time.sleep, args=(0.8,))
with takes(0.8, "an alarm during a join"):
    thread.start()
    signal.setitimer(ITIMER_REAL, 0.3)
    thread.join()

reader, writer = os.pipe()
os.set_blocking(writer, False)
signal.set_wakeup_fd(writer)
with takes(0.3, "the wake-up descriptor"):
    signal.setitimer(ITIMER_REAL, 0.3)
    check(os.read(reader, 1) == bytes([SIGALRM]), "another byte came")
signal.set_wakeup_fd(-1)

# An alarm goes with the process through exec, but not to a child.
signal.signal(SIGALRM, signal.SIG_DFL)
with takes(1.5, "no alarm in a child", late=0.05):
    signal.signal(SIGALRM, lambda *_: None)
    signal.alarm(1)
    if os.fork() == 0:
        signal.signal(SIGALRM, signal.SIG_DFL)
        time.sleep(1.5)
        os._exit(0)
    check(os.wait()[1] == 0, "the child was ended")
finish()
