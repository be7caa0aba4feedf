# clock: virtual steady real
# count: 2000
# file: timing.py
# file: exchanging.py
# stdout: ok
"""Exchanges over two pipes, one side waiting with `select` and the other with `poll`."""

import os
import select

from exchanging import TIMEOUT, processes

questions, ask = os.pipe()
answers, answer = os.pipe()
poll = select.poll()
poll.register(answers, select.POLLIN)


def next_question():
    return os.read(questions, 100) if select.select([questions], [], [], TIMEOUT)[0] else None


def next_answer():
    return os.read(answers, 100) if poll.poll(TIMEOUT * 1000) else None


processes(next_question, lambda word: os.write(answer, word), next_answer, lambda word: os.write(ask, word))
