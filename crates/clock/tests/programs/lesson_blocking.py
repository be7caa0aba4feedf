# clock: virtual steady real
# stdout: kettle on
# stdout: kettle done
# stdout: toast on
# stdout: toast done
# stdout: 3 s
"""One after the other."""

import time


def make(what, seconds):
    print(what, "on")
    time.sleep(seconds)
    print(what, "done")


start = time.time()
make("kettle", 2)
make("toast", 1)
print(f"{time.time() - start:.0f} s")
