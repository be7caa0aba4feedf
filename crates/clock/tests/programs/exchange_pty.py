# clock: virtual steady real
# count: 2000
# terminal: yes
# file: timing.py
# file: exchanging.py
# stdout: ok
"""Exchanges over a terminal, whose bytes come by a worker of the kernel."""

import os
import pty
import select
import tty

from exchanging import TIMEOUT, processes

master, slave = pty.openpty()
tty.setraw(slave)


def receiver(terminal):
    return lambda: os.read(terminal, 100) if select.select([terminal], [], [], TIMEOUT)[0] else None


def sender(terminal):
    return lambda word: os.write(terminal, word)


processes(receiver(slave), sender(slave), receiver(master), sender(master))
