"""The judge's program: reads its order, runs the tests, says what came out."""
import importlib
import json
import os
import random
import socket
import sys

import etude_judge
from etude_report import Report, describe

LINK = 3
ORDER = "order.json"
_RUNNERS = {"unittest": "etude_unittests", "pytest": "etude_pytests"}


def main():
    os.unlink(os.path.abspath(sys.argv[0]))
    with open(ORDER, encoding="utf-8") as file:
        order = json.load(file)
    os.unlink(ORDER)
    sys.argv[0] = ""
    report = Report()
    profile = order["profile"]
    profile = None if profile is None else set(profile)
    texts = [open(path, encoding="utf-8", errors="replace").read() for path in order["tests"]]
    judge = etude_judge.start(socket.socket(fileno=LINK), dict(order["modules"]), texts, profile, order["compared"])
    random.seed(order["seed"])
    try:
        judge.ask("seed", order["seed"])
        runner = importlib.import_module(_RUNNERS[order["runner"]])
        runner.run(order["tests"], judge, report, set(order["skip"]))
    except BaseException as error:
        report.say(failed=describe(error), loaded=report.capture())
        os._exit(0)
    try:
        matrix = judge.matrix() if not judge.dead else None
        judge.record_decoys()
    except BaseException:
        matrix = None
    report.say(done=True, matrix=matrix, recorded=sorted(judge.recorded))
    # Nothing of the interpreter's end is worth waiting for.
    os._exit(0)
