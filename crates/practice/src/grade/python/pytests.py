"""Runs test files with `pytest`, as they are. There is no such module where there is no pytest."""
import importlib
import os
import sys

import pytest
from _pytest.config import default_plugins

from etude_report import describe
from etude_unittests import finish

_OPTIONS = ("-p", "no:cacheprovider", "-p", "no:terminal", "-W", "ignore", "-c", os.devnull, "--rootdir", ".")

# It would import them anew in each run.
for _name in default_plugins:
    importlib.import_module("_pytest." + _name)


class Plugin:
    def __init__(self, judge, report, skip, several):
        self.judge, self.report, self.skip, self.several = judge, report, skip, several
        self.status, self.error = "pass", None

    def name(self, nodeid):
        file, _, test = nodeid.partition("::")
        return "%s::%s" % (file, test) if self.several else test

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        self.report.say(plan=[self._planned(item) for item in items])
        self.judge.end_test()
        self.report.say(loaded=self.report.capture())
        items[:] = [item for item in items if self.name(item.nodeid) not in self.skip]

    def _planned(self, item):
        mark = item.get_closest_marker("task")
        number = mark.kwargs.get("taskno", mark.args[0] if mark.args else None) if mark is not None else None
        doc = (getattr(getattr(item, "function", None), "__doc__", None) or "").strip().split("\n")[0]
        return {"id": self.name(item.nodeid), "task": number if type(number) is int else None, "doc": doc[:200]}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid, location):
        self.status, self.error = "pass", None
        self.report.say(start=self.name(nodeid))
        self.judge.new_test(self.name(nodeid))

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        outcome = yield
        report = outcome.get_result()
        if report.outcome == "skipped" and self.status == "pass":
            why = report.longrepr[2] if type(report.longrepr) is tuple else getattr(report, "wasxfail", "")
            self.status, self.error = "skip", {"text": str(why)}
        elif report.outcome == "failed" and self.status in ("pass", "skip"):
            error = call.excinfo.value if call.excinfo is not None else AssertionError(str(report.longrepr))
            # What `pytest.fail` raises is no exception of the learner's either.
            asserted = isinstance(error, (AssertionError, pytest.fail.Exception)) and report.when == "call"
            self.status, self.error = "fail" if asserted else "error", describe(error)
            if not isinstance(error, Exception) and not self.error["broken"]:
                self.error["kind"] = ""

    def pytest_runtest_logfinish(self, nodeid, location):
        finish(self.judge, self.report, self.name(nodeid), self.status, self.error)
        if self.judge.dead:
            # The rest is for another run.
            os._exit(0)

    def pytest_collectreport(self, report):
        if report.failed:
            error = getattr(report, "_raised", None)
            self.report.say(failed=error or {"text": str(report.longrepr)[-1000:]}, loaded=self.report.capture())
            os._exit(0)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector):
        outcome = yield
        report = outcome.get_result()
        call = getattr(report, "call", None)
        if report.failed and call is not None and call.excinfo is not None:
            error = call.excinfo.value
            report._raised = describe(error.__cause__ or error)


def run(paths, judge, report, skip):
    sys.path.insert(0, os.getcwd())
    plugin = Plugin(judge, report, skip, len(paths) > 1)
    # What is printed is collected already.
    code = pytest.main([*_OPTIONS, "--capture=no", *paths], plugins=[plugin])
    if code == pytest.ExitCode.USAGE_ERROR:
        raise ValueError("`pytest` does not take its arguments: %s" % " ".join(paths))
