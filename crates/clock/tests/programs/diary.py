"""Writes its number and the time to a file, a line a second, for ever."""

import sys
import time

with open(sys.argv[1], "w") as file:
    number = 0
    while True:
        file.write(f"{number} {time.time()}\n")
        file.flush()
        number += 1
        time.sleep(1)
