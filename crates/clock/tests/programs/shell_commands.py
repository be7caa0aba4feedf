# clock: virtual steady real
# profile: shell
# file: timing.py
# stdout: ok
"""Programs that are not Python, started in every way, with and without their environment."""

import os
import subprocess

from timing import check, finish, takes

# How long a few programs may take to start.
START = 0.15


def code(*words, **more):
    return subprocess.run(words, **more).returncode


def sh(script):
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True).stdout.split()


def for_half_a_second(what, action, wanted):
    with takes(0.5, what, late=START):
        found = action()
    check(found == wanted, what, "gave", found)


for_half_a_second("sleep", lambda: code("sleep", "0.5"), 0)
for_half_a_second("os.system", lambda: os.system("sleep 0.5"), 0)
for_half_a_second("os.popen", lambda: os.popen("sleep 0.5; echo done").read(), "done\n")
for_half_a_second("an empty environment", lambda: code("/usr/bin/sleep", "0.5", env={}), 0)
for_half_a_second("env -i", lambda: code("env", "-i", "sleep", "0.5"), 0)
for_half_a_second("env -u", lambda: code("env", "-u", "LD_PRELOAD", "sleep", "0.5"), 0)
for_half_a_second("env -i in a shell", lambda: sh("env -i sh -c 'sleep 0.5; echo $PATH' > out; echo $?"), ["0"])
for_half_a_second(
    "posix_spawn", lambda: os.waitpid(os.posix_spawn("/usr/bin/sleep", ["sleep", "0.5"], {}), 0)[1], 0
)


def fork_and_exec():
    if (child := os.fork()) == 0:
        os.execve("/usr/bin/sleep", ["sleep", "0.5"], {})
    return os.waitpid(child, 0)[1]


for_half_a_second("execve", fork_and_exec, 0)
for_half_a_second("timeout", lambda: code("timeout", "0.5", "sleep", "5"), 124)
for_half_a_second("a timeout that does not come", lambda: code("timeout", "5", "sleep", "0.5"), 0)
for_half_a_second("timeout of a shell", lambda: sh("timeout 0.5 sh -c 'sleep 9; echo no'; echo $?"), ["124"])
for_half_a_second("a loop", lambda: sh("for n in 1 2 3 4 5; do sleep 0.1; echo $n; done"), list("12345"))
for_half_a_second("sleeps at once", lambda: sh("sleep 0.5 & sleep 0.3 & sleep 0.4 & wait; echo $?"), ["0"])
for_half_a_second("wait -n", lambda: sh("sleep 0.5 & sleep 7 & wait -n; echo $?; kill %2"), ["0"])
for_half_a_second("xargs -P", lambda: sh("printf '0.5 0.5 0.5' | xargs -P 3 -n 1 sleep; echo $?"), ["0"])
for_half_a_second("a pipeline", lambda: sh("(sleep 0.3; echo one) | (read x; sleep 0.2; echo $x)"), ["one"])
for_half_a_second("exec of a shell", lambda: sh("echo before; exec sleep 0.5"), ["before"])
for_half_a_second("trap", lambda: sh("trap 'echo rang' ALRM; (sleep 0.5; kill -ALRM $$) & wait $!; wait"), ["rang"])

silent, writer = os.pipe()
with takes(1, "read -t", late=START):
    found = subprocess.run(["bash", "-c", "read -t 1 line"], stdin=silent).returncode
check(found > 128, "read -t gave", found)
with takes(1, "read -t from a FIFO", late=START):
    found = sh("mkfifo quiet; sleep 3 > quiet & read -t 1 line < quiet; echo $?; kill %1")
check(found == ["142"], "read -t from a FIFO gave", found)

script = "echo one > log; (sleep 0.5; echo two >> log; sleep 0.2; echo three >> log) & timeout 3 tail -f log; echo $?"
with takes(3, "tail -f", late=START):
    found = sh(script)
check(found == ["one", "two", "three", "124"], "tail -f gave", found)

with takes(3, "date", late=START):
    first, last = map(float, sh("date +%s.%N; sleep 3; date +%s.%N"))
check(2.999 < last - first < 3 + START + 0.1, "date moved by", last - first)
with takes(2, "SECONDS", late=START):
    found = sh("SECONDS=0; sleep 2; echo $SECONDS")
check(found[0] in ("2", "3"), "SECONDS is", found)
[os.unlink(name) for name in ("out", "quiet", "log")]
finish()
