# Throws messages like those of a learner at the judge's side: it may say no, and nothing else.
import json
import random
import socket
import struct
import sys
import time

import etude_judge
import etude_proxies
from etude_frames import Broken

CLASS = {
    "name": "A", "qualified": "A", "module": "m", "does": ["__eq__", "__len__"], "class_does": [], "bases": [["T", "object"]],
    "doc": None, "enum": False,
}  # fmt: skip
FUNCTION = {"name": "f", "qualified": "f", "module": "m", "doc": None, "flags": 0, "parameters": [["x", 1, True, 3, None]]}
GOOD = [
    None, True, 1, 1.5, "text", ["I", "0x10"], ["f", "nan"], ["c", "1", "2"], ["b", "YWI="], ["E"], ["N"],
    ["rg", 0, 3, 1], ["sl", None, 3, None], ["T", "int"], ["fn", "math.sqrt"], ["t", 1, ["t", 2]], ["F", 1, 2],
    ["nt", "P", ["x", "y"], [1, 2]], ["L", "a1", [1, ["R", "a1"]]], ["S", "a2", [1, 2]], ["D", "a3", [["k", 1]]],
    ["ba", "a4", "YWI="], ["dq", "a5", [1]], ["OD", "a6", [["k", 1]]], ["C", "a7", [["k", 1]]], ["dd", "a8", [["k", 1]]],
    ["dt", "2020-01-01T00:00:00", 0], ["d", "2020-01-01"], ["tm", "10:00:00"], ["td", 1, 2, 3], ["De", "1.5"],
    ["Fr", "0x1", "0x3"], ["h", 1, "c", CLASS], ["h", 2, "f", FUNCTION], ["h", 3, "m", "mod"], ["h", 4, "g", "gen"],
    ["h", 5, "co", "coro"], ["h", 6, "ag", "agen"], ["h", 7, "o", ["h", 8, "c", CLASS]],
    ["h", 9, "o", ["h", 10, "c", dict(CLASS, base="int", bases=[["T", "int"]])], 5],
    ["x", ["T", "ValueError"], ["no"], ["m.py", 3, "f"], None, None],
    ["x", ["h", 11, "c", dict(CLASS, bases=[["T", "Exception"]])], [1], None, None, 12], ["m", 1], ["kw", [["k", 1]]],
]  # fmt: skip
ODD = [None, True, -1, 0, 2**62, 1.5, 1e308, "", "x" * 300, "a1", "b1", "__class__", "\0", [], {}, ["t"], ["R", "a9"], ["m", 0], "L", "h"]


def change(value, dice):
    """The same with something in it replaced, doubled, or left out."""
    if type(value) is list and value and dice.random() < 0.8:
        value = list(value)
        at = dice.randrange(len(value))
        how = dice.random()
        if how < 0.1:
            del value[at]
        elif how < 0.2:
            value.insert(at, dice.choice(GOOD + ODD))
        else:
            value[at] = change(value[at], dice)
        return value
    if type(value) is dict and value and dice.random() < 0.8:
        key = dice.choice(sorted(value))
        return dict(value, **{key: change(value[key], dice)})
    return dice.choice(GOOD + ODD)


def message(dice):
    value = change(dice.choice(GOOD), dice) if dice.random() < 0.8 else dice.choice(GOOD)
    kind = dice.random()
    if kind < 0.5:
        made = {"v": value}
    elif kind < 0.6:
        made = {"x": value}
    else:
        question = dice.choice(["call", "operator", "attribute", "begin", "cancel", "turn", "end_turns", "input", "eval"])
        made = {"q": question, "a": [value, change(["__len__", ["t"], 1], dice), dice.choice(GOOD)][: dice.randrange(4)]}
    if dice.random() < 0.2:
        made[dice.choice(["u", "g", "o", "e"])] = change([["a1", [1]], [1, 1]], dice)
    return made


def once(seed):
    dice = random.Random(seed)
    ours, theirs = socket.socketpair()
    judge = etude_proxies.JUDGE = etude_judge.Judge(ours, set(), {})
    judge.number(len)
    judge.number([1])
    judge.containers["b1"] = [[1], [1]]
    for _ in range(6):
        data = json.dumps(message(dice)).encode()
        if dice.random() < 0.05:
            data = bytes(dice.randrange(256) for _ in range(20))
        theirs.send(struct.pack(">I", len(data) if dice.random() < 0.98 else 2**31) + data)
    theirs.shutdown(socket.SHUT_WR)
    try:
        for _ in range(3):
            answer = judge.ask("get", "x")
            len([answer])
    except Broken:
        return "broken"
    except Exception as error:
        # What the learner raises, or an object that has no hash here either.
        return type(error).__name__
    finally:
        theirs.close()
    return "answered"


def main():
    count, slowest = {}, 0.0
    sys.stdout, out = open("/dev/null", "w"), sys.stdout
    for seed in range(20_000):
        began = time.monotonic()
        try:
            outcome = once(seed)
        except BaseException as error:
            print("seed", seed, repr(error), file=out)
            raise
        slowest = max(slowest, time.monotonic() - began)
        count[outcome] = count.get(outcome, 0) + 1
    known = {"broken", "answered", "ValueError", "A", "TypeError", "Exception"}
    print(sorted(set(count) - known), count.get("broken", 0) > 5000, slowest < 1, file=out)


main()
