"""What LearnPack gives its tests: the learner's module, and input that never ends."""

import builtins
import importlib
import inspect
import io
import os

import pytest

plain_open = builtins.open


def read(file, *arguments, **named):
    """The source of the learner's module has no path here."""
    if isinstance(file, (str, os.PathLike)) and os.path.basename(file) == "app.py":
        return io.StringIO(inspect.getsource(importlib.import_module("app")))
    return plain_open(file, *arguments, **named)


@pytest.fixture(autouse=True)
def readable(monkeypatch):
    monkeypatch.setattr(builtins, "open", read)


@pytest.fixture
def app():
    return importlib.import_module("app")


@pytest.fixture
def stdin(monkeypatch):
    def give(*lines):
        answers = iter(lines)
        monkeypatch.setattr(builtins, "input", lambda *prompt: next(answers, ""))

    return give
