# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Forked processes: their sleeps, their pipes, their ends, and a child that outlives its parent."""

import os
import select
import signal
import time

from timing import check, finish, near, takes


def fork(action, *arguments):
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = action(*arguments) or 0
        finally:
            os._exit(code)
    return child


def ended(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def sleep_and_end(seconds, code):
    time.sleep(seconds)
    return code


with takes(0.5, "a child that sleeps", late=0.02):
    check(ended(fork(sleep_and_end, 0.5, 7)) == 7, "the child's code is lost")

with takes(1, "five children", late=0.05):
    children = [fork(sleep_and_end, number / 5, number) for number in range(5, 0, -1)]
    order = [os.waitstatus_to_exitcode(os.wait()[1]) for _ in children]
check(order == [1, 2, 3, 4, 5], "they ended in the order", order)

reader, writer = os.pipe()
with takes(0.3, "a byte through a pipe", late=0.02):
    child = fork(lambda: (time.sleep(0.3), os.write(writer, b"x"), 0)[-1])
    check(select.select([reader], [], [], 5)[0] == [reader], "the byte did not come")
check(os.read(reader, 10) == b"x", "another byte came")
ended(child)

with takes(0.5, "a look at the child every 0.1 s", late=0.1):
    child = fork(sleep_and_end, 0.45, 0)
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        time.sleep(0.1)


def reads_clocks():
    time.sleep(0.3)
    os.write(writer, f"{time.monotonic()} {time.time()}".encode())


with takes(0.3, "the clocks of a child", late=0.02):
    ended(fork(reads_clocks))
monotonic, wall = map(float, os.read(reader, 100).split())
near(time.monotonic() - monotonic, 0, "the child's monotonic clock")
near(time.time() - wall, 0, "the child's time of day")


def orphan():
    time.sleep(1)
    os.write(writer, str(time.monotonic()).encode())


start = time.monotonic()
with takes(0, "the end of a parent", late=0.02):
    ended(fork(lambda: fork(orphan) and 0))
check(select.select([reader], [], [], 5)[0] == [reader], "the orphan is gone")
near(float(os.read(reader, 100)) - start, 1, "the orphan's sleep", late=0.02)

handled = []
signal.signal(signal.SIGCHLD, lambda *_: handled.append(time.monotonic()))
start = time.monotonic()
with takes(0.6, "a sleep across the end of a child"):
    child = fork(sleep_and_end, 0.3, 0)
    time.sleep(0.6)
check(len(handled) == 1, "the end of the child was told", len(handled), "times")
near(handled[0] - start, 0.3, "the end of the child", late=0.02)
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
ended(child)

descriptor = os.pidfd_open(child := fork(sleep_and_end, 0.4, 0))
with takes(0.2, "a process that has not ended"):
    check(select.select([descriptor], [], [], 0.2)[0] == [], "it has ended early")
check(select.select([descriptor], [], [], 5)[0] == [descriptor], "its end was missed")
ended(child)
finish()
