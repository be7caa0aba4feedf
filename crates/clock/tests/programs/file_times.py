# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Files are as old as the clock says, by every call that tells their times, and times that were set stay as they are."""

import os
import shutil
import time

from timing import check, finish

# The file system's own clock ticks more seldom than ours, and is behind by up to a tick of its own.
TICK = 0.011


def write(name):
    with open(name, "w") as file:
        file.write(name)
    return time.time()


def modified(name):
    descriptor = os.open(name, os.O_RDONLY)
    entry = next(entry for entry in os.scandir() if entry.name == name)
    found = {
        "stat": os.stat(name).st_mtime,
        "lstat": os.lstat(name).st_mtime,
        "fstat": os.fstat(descriptor).st_mtime,
        "getmtime": os.path.getmtime(name),
        "scandir": entry.stat().st_mtime,
        "nanoseconds": os.stat(name).st_mtime_ns / 1e9,
        "dir_fd": os.stat(name, dir_fd=os.open(".", os.O_RDONLY)).st_mtime,
    }
    check(max(found.values()) - min(found.values()) < 1e-6, "the calls disagree:", found)
    os.close(descriptor)
    return found["stat"]


def close_to(found, wanted, what):
    check(wanted - 0.1 <= found <= wanted + 0.001 and found >= wanted - TICK - 0.09, what, found, "is not", wanted)


before = time.time()
one_at = write("one")
time.sleep(3)
two_at = write("two")
one, two = modified("one"), modified("two")
check(before - TICK <= one <= one_at, "the first file is of", one, "and not of", one_at)
check(one_at + 3 - TICK <= two <= two_at, "the second file is of", two, "and not of", two_at)
check(3 - TICK <= two - one <= 3.2, "between the files lie", two - one)

# As a program that follows a log, or a build, looks at them.
time.sleep(2)
age = time.time() - os.path.getmtime("two")
check(2 <= age <= 2.2, "the second file's age is", age)
check(os.path.getmtime("two") > os.path.getmtime("one"), "the order of the files is lost")

for stamp in (86_400.0, 1_600_000_000.25, one + 1.5, time.time() + 3600):
    os.utime("one", (stamp, stamp))
    check(abs(modified("one") - stamp) < 1e-5, "a time set to", stamp, "became", modified("one"))
stamp = time.time_ns() - 12_345_678_901
os.utime("one", ns=(stamp, stamp))
check(os.stat("one").st_mtime_ns == stamp, "nanoseconds set to", stamp, "became", os.stat("one").st_mtime_ns)
os.utime("one")
check(-TICK <= modified("one") - time.time() + 0.1 <= 0.101, "the time set to now is off by", modified("one") - time.time())

shutil.copy2("two", "three")
check(abs(modified("three") - modified("two")) < 1e-5, "a copy's time differs")
time.sleep(1)
write("three")
later = modified("three") - modified("two")
check(3 - TICK <= later <= 3.3, "a file written anew is later by", later)
with open("three", "rb") as file:
    file.read()
changed = os.stat("three").st_ctime
check(-0.2 <= changed - time.time() <= 0.001, "the change of the file is off by", changed - time.time())
[os.unlink(name) for name in ("one", "two", "three")]
finish()
