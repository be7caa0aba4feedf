"""What the programs of this folder measure and report with; see README.md."""

import datetime
import os
import sys
import time

MODE = os.environ.get("CLOCK_MODE", "real")
# In seconds: how late a wait may end, and how long the start of a Python may take, which counts as running.
LATE, START = {"real": (0.2, 1.5), "virtual": (0.06, 0.6), "steady": (0.005, 0.0)}[MODE]
LATE = float(os.environ.get("CLOCK_LATE", LATE))
# Seconds since 1970 in a float, and microseconds in a struct, are no more exact than this.
EARLY = 1e-5

faults = []


def check(right, *what):
    if not right:
        faults.append(" ".join(map(str, what)))


def near(found, wanted, what, late=0.0, starts=0):
    """`found` is `wanted`, never less, and more only by what running takes."""
    most = wanted + LATE + late + starts * START
    check(wanted - EARLY <= found <= most, f"{what}: {found:.6f} is not {wanted} to {most:.3f}")


class takes:
    """Checks how long its block takes, by three clocks that must agree."""

    def __init__(self, seconds, what, late=0.0, starts=0):
        self.seconds, self.what, self.more = seconds, what, (late, starts)

    def __enter__(self):
        self.start = self.now()

    def __exit__(self, kind, *_):
        if kind is None:
            for clock, start, now in zip(("monotonic", "time", "datetime"), self.start, self.now()):
                near(now - start, self.seconds, f"{self.what} by {clock}", *self.more)

    @staticmethod
    def now():
        return time.monotonic(), time.time(), datetime.datetime.now().timestamp()


def number(usual):
    """How often, for the programs that repeat something: their argument, or COUNT."""
    return int(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("COUNT", usual))


def finish():
    """Says `ok`, or what was wrong with exit code 1."""
    print("\n".join(faults) or "ok", flush=True)
    sys.exit(bool(faults))
