"""What somebody learns about endpoints by calling them with curl, and how long it takes."""

import subprocess
import sys
import time

from timing import check, finish, takes

PORT = 8123
URL = f"http://127.0.0.1:{PORT}"
WAIT = 3


class measured:
    """Within three in a hundred of what was measured without a virtual clock, and never less than the waits."""

    def __init__(self, what, least, reference):
        self.what, self.least, self.reference = what, least, reference

    def __enter__(self):
        self.start = time.monotonic()

    def __exit__(self, *_):
        took = time.monotonic() - self.start
        print(f"{self.what}: {took:.2f} s", file=sys.stderr)
        right = took >= self.least and abs(took - self.reference) <= 0.03 * self.reference
        check(right, f"{self.what} took {took:.3f} s and not {self.reference} s")


def curl(path, *options):
    words = ["curl", "--silent", "--show-error", "--write-out", " %{time_total}\n", *options, URL + path]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def answers(*calls, wanted, seconds):
    for call in calls:
        said = call.communicate()[0].split()
        check(said[:1] == [wanted], wanted, "answered", said)
        check(said and float(said[-1]) >= seconds, wanted, "answered after", said[-1:])


def in_turn(path, wanted):
    for _ in range(2):
        answers(curl(path), wanted=wanted, seconds=WAIT)


def at_once(path, wanted):
    answers(curl(path), curl(path), wanted=wanted, seconds=WAIT)


def both(*options):
    url = f"{URL}/async/2"
    words = ["curl", "--silent", "--show-error", "--parallel", *options, url, url]
    check(subprocess.run(words, capture_output=True, text=True).stdout == "asyncasync", "curl got other answers")


def session(server):
    process = subprocess.Popen([sys.executable, server, str(PORT)])
    try:
        ready = curl("/hello", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", "--output", "/dev/null")
        check(ready.wait() == 0, "the server does not answer")
        with measured("async, one after another", 6, 6.07):
            in_turn(f"/async/{WAIT}", "async")
        with measured("async, both at once", 3, 3.06):
            at_once(f"/async/{WAIT}", "async")
        with measured("sync, both at once", 3, 3.06):
            at_once(f"/sync/{WAIT}", "sync")
        with measured("blocking, both at once", 6, 6.13):
            at_once(f"/blocking/{WAIT}", "blocking")
        with measured("curl --parallel", 4, 4.05):
            both()
        with measured("curl --parallel --parallel-immediate", 2, 2.02):
            both("--parallel-immediate")

        # What blocks, blocks the others too.
        blocking = curl(f"/blocking/{WAIT}")
        time.sleep(0.15)
        with measured("hello beside a blocking endpoint", 2.7, 2.85):
            answers(curl("/hello"), wanted="hello", seconds=2.7)
        answers(blocking, wanted="blocking", seconds=WAIT)
        waiting = curl(f"/sync/{WAIT}")
        time.sleep(0.15)
        start = time.monotonic()
        answers(curl("/hello"), wanted="hello", seconds=0)
        check(time.monotonic() - start < 0.5, "hello was kept waiting")
        with measured("the rest of the other call", 2.3, 2.82):
            answers(waiting, wanted="sync", seconds=WAIT)
        late = curl(f"/async/{WAIT}", "--max-time", "1")
        with takes(1, "a call with a limit", late=0.1):
            late.communicate()
        check(late.returncode == 28, "curl ended with", late.returncode)
    finally:
        process.kill()
        process.wait()
    finish()
