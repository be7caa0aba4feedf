"""An old library for reading a slow disk. It knows nothing of event loops: who calls it waits, and holds the thread."""
import time


def read(name):
    """The text of a file; `FileNotFoundError` if there is none."""
    time.sleep(1)
    with open(name, encoding="utf-8") as file:
        return file.read()
