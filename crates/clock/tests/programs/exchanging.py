"""Two sides that answer one another, and never wait for long. No timeout of theirs may ever come."""

import os
import random
import time

from timing import check, finish, number

TIMEOUT = 1
COUNT = number(2000)


def pause(turn, chance):
    """Most answers come at once, some after a little work, and some after half of the time that there is."""
    if turn % 100 == 50:
        time.sleep(TIMEOUT / 2)
    elif chance.random() < 0.1:
        end = time.perf_counter() + chance.random() / 2000
        while time.perf_counter() < end:
            pass


def answer(receive, send):
    """The other side. `receive` gives nothing when its timeout came."""
    chance = random.Random(1)
    for turn in range(COUNT):
        word = receive()
        if not word:
            print(f"the answering side gave up in turn {turn}", flush=True)
            return False
        pause(turn, chance)
        send(word)
    return True


def ask(receive, send):
    chance = random.Random(2)
    for turn in range(COUNT):
        word = b"%d\n" % turn
        send(word)
        found = receive()
        if found != word:
            check(False, f"the asking side got {found!r} in turn {turn}")
            return
        pause(turn + 25, chance)


def processes(their_receive, their_send, receive, send):
    """The two sides in two processes."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = not answer(their_receive, their_send)
        finally:
            os._exit(code)
    ask(receive, send)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    check(code == 0, "the answering side ended with", code)
    finish()


def or_nothing(receive):
    """A call that raises when its timeout comes, as one that gives nothing."""

    def quiet():
        try:
            return receive()
        except TimeoutError:
            return None

    return quiet
