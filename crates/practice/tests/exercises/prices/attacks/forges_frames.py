import json
import struct

import etude_learner_values as values

LINES = [
    {"v": ["m", 1]},
    {"v": ["R", "b1"]},
    {"v": ["T", "object"]},
    {"v": 200},
    {"v": "0.05"},
    {"x": ["x", ["T", "KeyboardInterrupt"], [], None, None, None]},
    {"x": ["x", ["T", "SystemExit"], [0], None, None, None]},
    {"q": "attribute", "a": [1, "__globals__"]},
    {"q": "eval", "a": ["1"]},
    {"q": "operator", "a": [1, "__class__", ["t"]]},
    {"q": "begin", "a": [["m", 1]]},
    {"q": "turn", "a": [None, ["t"], 1]},
    {"end": "PricesTest::test_shown", "status": "pass", "done": True},
]
turn = 0


def attack(*_, **__):
    global turn
    for _ in range(4):
        data = json.dumps(LINES[turn % len(LINES)]).encode()
        turn += 1
        values.PEER.socket.sendall(struct.pack(">I", len(data)) + data)
