# clock: virtual steady real
# file: timing.py
# stdout: ok
"""`select`, `poll` and `epoll`: run out, woken in time, and not at all."""

import os
import select
import selectors
import threading

from timing import check, finish, takes

reader, writer = os.pipe()


def poller(flags):
    poll = select.poll()
    poll.register(reader, flags)
    return lambda seconds: [fd for fd, _ in poll.poll(None if seconds is None else seconds * 1000)]


def epoller():
    epoll = select.epoll()
    epoll.register(reader, select.EPOLLIN)
    return lambda seconds: [fd for fd, _ in epoll.poll(seconds)]


def selector(kind):
    one = kind()
    one.register(reader, selectors.EVENT_READ)
    return lambda seconds: [key.fd for key, _ in one.select(seconds)]


ways = {
    "select": lambda seconds: select.select([reader], [], [], seconds)[0],
    "poll": poller(select.POLLIN),
    "epoll": epoller(),
    "SelectSelector": selector(selectors.SelectSelector),
    "PollSelector": selector(selectors.PollSelector),
    "EpollSelector": selector(selectors.EpollSelector),
}
for name, wait in ways.items():
    with takes(0.25, f"{name} without an event"):
        check(wait(0.25) == [], name, "saw an event")
    with takes(0, f"{name} without waiting"):
        check(wait(0) == [], name, "saw an event")
    for seconds in (10, None):
        with takes(0.25, f"{name} of an event, with {seconds}", late=0.02):
            threading.Timer(0.25, os.write, (writer, b"x")).start()
            check(wait(seconds) == [reader], name, "saw no event")
        with takes(0, f"{name} of an event that is there"):
            check(wait(10) == [reader], name, "saw no event")
        os.read(reader, 1)
with takes(0.3, "select of nothing"):
    select.select([], [], [], 0.3)
with takes(0.3, "poll of nothing"):
    select.poll().poll(300)

# Each of several threads sees its own time.
threads = [threading.Thread(target=select.select, args=([reader], [], [], n / 10)) for n in range(1, 7)]
with takes(0.6, "selects in threads", late=0.02):
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
finish()
