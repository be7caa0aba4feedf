# clock: virtual steady real
# file: timing.py
# stdout: ok
"""All clocks of a program move together; those of its CPU time stand still while it sleeps."""

import datetime
import time

from timing import check, finish, near

names = ["REALTIME", "MONOTONIC", "MONOTONIC_RAW", "BOOTTIME", "TAI"]
clocks = {name: lambda name=name: time.clock_gettime(getattr(time, f"CLOCK_{name}")) for name in names}
clocks |= {
    "time": time.time,
    "monotonic": time.monotonic,
    "perf_counter": time.perf_counter,
    "time_ns": lambda: time.time_ns() / 1e9,
    "datetime": lambda: datetime.datetime.now().timestamp(),
    "utc": lambda: datetime.datetime.now(datetime.timezone.utc).timestamp(),
    "clock_gettime_ns": lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1e9,
}
before = {name: clock() for name, clock in clocks.items()}
whole, used, thread = int(time.time()), time.process_time(), time.thread_time()
time.sleep(2)
for name, clock in clocks.items():
    near(clock() - before[name], 2, name)
used, thread = time.process_time() - used, time.thread_time() - thread
check(used < 0.1 and thread < 0.1, "sleeping took CPU time:", used, thread)

now = time.time()
check(int(now) - whole in (2, 3), "whole seconds moved by", int(now) - whole)
check(abs(time.mktime(time.localtime()) - now) <= 1.01, "localtime disagrees")
check(abs(datetime.datetime.now().timestamp() - now) < 0.1, "datetime disagrees")
check(abs(time.clock_gettime(time.CLOCK_REALTIME) - now) < 0.1, "clock_gettime disagrees")
check(now > 1_700_000_000, "it is long ago:", now)

last = time.monotonic(), time.time_ns(), time.perf_counter_ns()
for number in range(20_000):
    if number % 4_000 == 0:
        time.sleep(0.01)
    this = time.monotonic(), time.time_ns(), time.perf_counter_ns()
    if any(new < old for new, old in zip(this, last)):
        check(False, "a clock went back:", last, this)
        break
    last = this
for name in ("monotonic", "time", "perf_counter"):
    check(0 < time.get_clock_info(name).resolution <= 1e-3, name, "is coarse")
finish()
