"""What the judge says: a line of JSON for each thing it knows, on a descriptor that only it has."""
import io
import json
import os
import sys

from etude_frames import Broken
from etude_policy import Refused

MOST_TEXT = 4_000
MOST_OUTPUT = 64_000
_LIBRARY_ERRORS = (Broken, Refused)


class Report:
    def __init__(self):
        # What tests and the learner write must not be taken for a verdict.
        self._verdict = os.dup(1)
        null = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(null, stream)
        os.close(null)
        self._printed = None
        self.capture()

    def say(self, **line):
        data = json.dumps(line).encode("ascii") + b"\n"
        while data:
            data = data[os.write(self._verdict, data) :]

    def capture(self):
        """Begins to collect what is printed, and gives what was."""
        before, self._printed = self._printed, io.StringIO()
        sys.stdout = sys.stderr = self._printed
        return cut(before.getvalue(), MOST_OUTPUT) if before is not None else ""


def cut(text, most=MOST_TEXT):
    return text if len(text) <= most else text[:most] + "…"


def describe(error):
    """An exception as a verdict has it: what kind, what it says, and where in the learner's code it was raised."""
    kind = type(error)
    try:
        text = str(error)
    except BaseException:
        text = ""
    while getattr(error, "_place", None) is None and error.__cause__ is not None:
        error = error.__cause__
    place = getattr(error, "_place", None)
    return {
        "kind": "" if kind in _LIBRARY_ERRORS else cut(kind.__name__, 200),
        "text": cut(text),
        "place": place,
        "columns": _columns(error, place),
        "broken": kind in _LIBRARY_ERRORS,
    }


def _columns(error, place):
    """Where in its line a syntax error is, counted from 1, if it is about the line that is told."""
    first, end = getattr(error, "offset", None), getattr(error, "end_offset", None)
    if not isinstance(error, SyntaxError) or place is None or place[1] != error.lineno or type(first) is not int:
        return None
    is_one_line = type(end) is int and getattr(error, "end_lineno", None) == error.lineno
    columns = [first, end if is_one_line and end > first else first + 1]
    return columns if 0 < first < 10_000 and columns[1] < 10_000 else None
