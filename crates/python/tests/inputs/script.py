"""Prints three greetings."""
import sys
from pathlib import Path

LIMIT = 60 * 60  # seconds
names = ["Ada", "Grace"]


def greet(name: str, *, loud: bool = False) -> str:
    """Greet somebody.

        Indented like this
    and that.
    """
    text = f"Hello, {name!r:>{LIMIT}}"
    return text.upper() if loud else text


if __name__ == "__main__":
    for name in names:
        print(greet(name), file=sys.stdout)
