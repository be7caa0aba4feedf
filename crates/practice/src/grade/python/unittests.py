"""Runs test files with `unittest`, as they are."""
import importlib
import os
import sys
import unittest

import etude_cases
from etude_report import describe


def name_of(test, prefix):
    if hasattr(test, "_testMethodName"):
        return "%s%s::%s" % (prefix, type(test).__name__, test._testMethodName)
    return prefix + str(test)


def task_of(function):
    """The number a `task` mark gives a test."""
    for mark in getattr(function, "pytestmark", ()):
        if getattr(mark, "name", None) == "task":
            number = mark.kwargs.get("taskno", mark.args[0] if mark.args else None)
            return number if type(number) is int else None
    return None


def _all(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from _all(one)
        else:
            yield one


def load(path, prefix):
    """The tests of a file, in the order in which they stand there."""
    folder, file = os.path.split(os.path.abspath(path))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    module = importlib.import_module(file[:-3])
    tests = list(_all(unittest.defaultTestLoader.loadTestsFromModule(module)))
    planned = []
    for test in tests:
        function = getattr(test, test._testMethodName, None)
        code = getattr(getattr(function, "__func__", function), "__code__", None)
        doc = (getattr(function, "__doc__", None) or "").strip().split("\n")[0]
        line = code.co_firstlineno if code is not None else 0
        planned.append((line, test, {"id": name_of(test, prefix), "task": task_of(function), "doc": doc[:200]}))
    planned.sort(key=lambda one: (type(one[1]).__module__, one[0]))
    return [(test, told) for _, test, told in planned]


class Result(unittest.TestResult):
    """Tells of each test when it begins and when it has ended."""

    def __init__(self, judge, report, prefix):
        super().__init__()
        self.judge, self.report, self.prefix = judge, report, prefix
        self.worst, self.error = "pass", None

    def startTest(self, test):
        super().startTest(test)
        self.worst, self.error = "pass", None
        self.report.say(start=name_of(test, self.prefix))
        self.judge.new_test(name_of(test, self.prefix))

    def stopTest(self, test):
        super().stopTest(test)
        finish(self.judge, self.report, name_of(test, self.prefix), self.worst, self.error)
        if self.judge.dead:
            # The rest is for another run.
            os._exit(0)

    def _note(self, status, error):
        # The first thing that goes wrong is the one to tell.
        if self.worst in ("pass", "skip"):
            self.worst, self.error = status, error

    def _failed(self, test, status, error):
        if hasattr(test, "_testMethodName") or hasattr(test, "test_case"):
            self._note(status, describe(error))
        else:
            # What is made ready for a class or a module: none of its tests runs.
            self.report.say(unready=str(test), error=describe(error))

    def addError(self, test, problem):
        self._failed(test, "error", problem[1])

    def addFailure(self, test, problem):
        self._failed(test, "fail", problem[1])

    def addSubTest(self, test, subtest, problem):
        if problem is not None:
            status = "fail" if issubclass(problem[0], test.failureException) else "error"
            error = describe(problem[1])
            error["text"] = "%s %s" % (subtest._subDescription(), error["text"])
            self._note(status, error)

    def addSkip(self, test, reason):
        if not hasattr(test, "_testMethodName") and not hasattr(test, "test_case"):
            self.report.say(unready=str(test), error=None)
        elif self.worst == "pass":
            self.worst, self.error = "skip", {"text": str(reason)}

    def addExpectedFailure(self, test, problem):
        self.error = {"text": "failed, as it is expected to"}

    def addUnexpectedSuccess(self, test):
        self._note("fail", {"text": "passed, though it is expected to fail"})


def finish(judge, report, name, status, error):
    """The end of a test. One in which the judge refused a question, or lost the learner, has not passed."""
    try:
        judge.end_test()
    except BaseException as raised:
        if status in ("pass", "skip"):
            status, error = "error", describe(raised)
    if judge.refused and status in ("pass", "skip"):
        status, error = "fail", {"text": judge.refused[0], "broken": True}
    if judge.dead and (status in ("pass", "skip") or not (error or {}).get("broken")):
        status, error = "error", {"text": judge.dead, "broken": True}
    report.say(end=name, status=status, error=error, output=report.capture(), claims=judge.claims, held=name in judge.held)


def run(paths, judge, report, skip):
    several = len(paths) > 1
    loaded = []
    for path in paths:
        prefix = "%s::" % path if several else ""
        tests = etude_cases.load(path, prefix, judge.modules[0]) if path.endswith(".json") else load(path, prefix)
        report.say(plan=[told for _, told in tests])
        loaded.append((prefix, [test for test, told in tests if told["id"] not in skip]))
    judge.end_test()
    report.say(loaded=report.capture())
    for prefix, tests in loaded:
        unittest.TestSuite(tests).run(Result(judge, report, prefix))
