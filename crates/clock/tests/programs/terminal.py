# clock: virtual steady real
# terminal: yes
# file: timing.py
# stdout: ok
"""Two processes on the two ends of a terminal."""

import os
import pty
import select
import time
import tty

from timing import check, finish, near, takes

master, slave = pty.openpty()
tty.setraw(slave)
with takes(0.3, "select of a terminal"):
    check(select.select([master], [], [], 0.3)[0] == [], "a byte came")
with takes(1, "a conversation", late=0.1):
    if os.fork() == 0:
        for _ in range(5):
            word = os.read(slave, 10)
            time.sleep(0.1)
            os.write(slave, word)
        os._exit(0)
    for _ in range(5):
        os.write(master, b"x")
        check(select.select([master], [], [], 1)[0] == [master], "no answer came")
        os.read(master, 10)
        time.sleep(0.1)
os.wait()

# A program that asks, as `expect` would see it.
child, terminal = pty.fork()
if child == 0:
    name = input("name? ")
    time.sleep(0.5)
    print("hello", name)
    os._exit(0)
seen = b""
start = time.monotonic()
while b"? " not in seen:
    seen += os.read(terminal, 100)
os.write(terminal, b"ada\n")
while b"hello ada" not in seen:
    if not select.select([terminal], [], [], 2)[0]:
        check(False, "the program said only", seen)
        break
    seen += os.read(terminal, 100)
near(time.monotonic() - start, 0.5, "the program's answer", late=0.1)
os.waitpid(child, 0)
finish()
