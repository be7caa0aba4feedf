# clock: virtual steady real
# profile: shell
# file: timing.py
# stdout: ok
"""Programs whose output asyncio reads, waits for, and gives up on."""

import asyncio
import time
from asyncio.subprocess import PIPE

from timing import check, finish, near, takes


async def main():
    start, at = time.monotonic(), []
    with takes(0.9, "three lines of a shell", late=0.1):
        shell = await asyncio.create_subprocess_exec("sh", "-c", "for n in 1 2 3; do sleep 0.3; echo $n; done", stdout=PIPE)
        lines = []
        async for line in shell.stdout:
            lines.append(line)
            at.append(time.monotonic() - start)
        await shell.wait()
    check(lines == [b"1\n", b"2\n", b"3\n"], "the shell said", lines)
    for number, seconds in enumerate(at, 1):
        near(seconds, number * 0.3, f"line {number}", late=0.1)

    with takes(0.5, "a timeout of a program", late=0.1):
        sleeper = await asyncio.create_subprocess_exec("sleep", "100")
        try:
            await asyncio.wait_for(sleeper.wait(), 0.5)
            check(False, "sleep 100 ended early")
        except asyncio.TimeoutError:
            sleeper.kill()
            check(await sleeper.wait() == -9, "the program ended by itself")

    with takes(0.6, "three programs at once", late=0.1):
        programs = [await asyncio.create_subprocess_shell(f"sleep 0.{n}") for n in (2, 4, 6)]
        codes = await asyncio.gather(*(program.wait() for program in programs))
    check(codes == [0, 0, 0], "they ended with", codes)

    with takes(0.6, "a conversation", late=0.1):
        script = "while read line; do sleep 0.2; echo got $line; done"
        shell = await asyncio.create_subprocess_exec("sh", "-c", script, stdin=PIPE, stdout=PIPE)
        for number in range(3):
            shell.stdin.write(b"%d\n" % number)
            await shell.stdin.drain()
            line = await asyncio.wait_for(shell.stdout.readline(), 1)
            check(line == b"got %d\n" % number, "the shell answered", line)
        shell.stdin.close()
        out, _ = await shell.communicate()
        check((out, shell.returncode) == (b"", 0), "it ended with", out, shell.returncode)


asyncio.run(main())
finish()
