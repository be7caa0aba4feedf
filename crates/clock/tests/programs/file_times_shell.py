# clock: virtual steady real
# profile: shell
# file: timing.py
# stdout: ok
"""What other programs see of the times of files."""

import os
import subprocess
import time

from timing import check, finish


def sh(script):
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True).stdout.split()


script = """
touch one; sleep 2; touch two
test two -nt one && echo newer
stat -c %Y one two
find . -name 't*' -newer one -printf '%f\\n'
date +%s
"""
newer, one, two, found, now = sh(script)
one, two, now = map(int, (one, two, now))
check((newer, found) == ("newer", "./two".strip("./")), "the order of the files is lost")
check(two - one in (2, 3), "between the files lie", two - one)
check(now - two in (0, 1), "the file is of", two, "and it is", now)
check(0 <= time.time() - two < 2, "the file's age is", time.time() - two)
check(abs(os.stat("two").st_mtime - two) < 1.001, "Python says", os.stat("two").st_mtime, "and not", two)
sh("touch -d '2020-02-02 02:02:02 UTC' one")
check(os.stat("one").st_mtime == 1_580_608_922, "a time that was set became", os.stat("one").st_mtime)
time.sleep(1.5)
with open("three", "w") as file:
    file.write("x")
[three] = sh("stat -c %.Y three 2>/dev/null")
check(abs(float(three) - os.stat("three").st_mtime) < 0.001, "stat says", three, "and Python", os.stat("three").st_mtime)
[os.unlink(name) for name in ("one", "two", "three")]
finish()
