# clock: steady
# stdout: 09:00:00
# stdout: A after 1.00
# stdout: B after 3.00
# stdout: C after 3.50
# stdout: 09:00:03
"""Times that are printed are the same in every run and on every machine."""

import asyncio
import threading
import time

start = time.time()
print(time.strftime("%H:%M:%S", time.gmtime()))


def after(name):
    print(f"{name} after {time.time() - start:.2f}")


time.sleep(1)
after("A")
threads = [threading.Thread(target=time.sleep, args=(seconds,)) for seconds in (1, 2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
after("B")
asyncio.run(asyncio.sleep(0.5))
after("C")
print(time.strftime("%H:%M:%S", time.gmtime()))
