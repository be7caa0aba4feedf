# clock: virtual steady real
# count: 2000
# file: timing.py
# file: exchanging.py
# stdout: ok
"""Exchanges over queues between processes."""

import multiprocessing
import queue
import sys

from exchanging import TIMEOUT, answer, ask, check, finish

context = multiprocessing.get_context("fork")
questions, answers = context.Queue(), context.Queue()


def receiver(items):
    def receive():
        try:
            return items.get(timeout=TIMEOUT)
        except queue.Empty:
            return None

    return receive


# It ends as a process should: what is still in its queue is sent.
process = context.Process(target=lambda: sys.exit(not answer(receiver(questions), answers.put)))
process.start()
ask(receiver(answers), questions.put)
process.join()
check(process.exitcode == 0, "the answering side ended with", process.exitcode)
finish()
