"""Tests without code: what a program prints for its input, and what a function returns for its arguments."""
import contextlib
import importlib
import io
import json
import unittest

import etude_proxies
from etude_values import EXCEPTIONS


class Cases(unittest.TestCase):
    """Its methods are made of the cases of a file."""

    maxDiff = None

    def of_program(self, case, module):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            code = etude_proxies.JUDGE.ask("program", module, case.get("stdin", ""), tuple(case.get("args", ())))
        self.assertEqual(_lines(printed.getvalue()), _lines(case["stdout"]))
        self.assertEqual(code, case.get("exit", 0), "the exit code")

    def of_call(self, case, module):
        function = getattr(importlib.import_module(case.get("module", module)), case["call"])
        if "raises" in case:
            with self.assertRaises(EXCEPTIONS[case["raises"]]):
                function(*case.get("args", ()))
            return
        self.assertEqual(_plain(function(*case.get("args", ()))), case["returns"])


def _lines(text):
    """Blanks at the end of a line, and empty lines at the end, cannot be seen."""
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n"))


def _plain(value):
    """A file of cases has no tuples."""
    return [_plain(item) for item in value] if type(value) in (list, tuple) else value


def load(path, prefix, module):
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)
    tests, made = [], {}
    for number, case in enumerate(cases, 1):
        name = case.get("name") or "case %d" % number
        kind = Cases.of_call if "call" in case else Cases.of_program
        made[name] = lambda self, case=case, kind=kind: kind(self, case, module)
        told = {"id": "%sCases::%s" % (prefix, name), "task": case.get("task"), "doc": ""}
        tests.append((name, told))
    made = type("Cases", (Cases,), made)
    return [(made(name), told) for name, told in tests]
