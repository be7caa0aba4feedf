# clock: virtual steady real
# count: 2000
# file: timing.py
# file: exchanging.py
# stdout: ok
"""Exchanges over queues between threads."""

import queue
import threading

from exchanging import TIMEOUT, answer, ask, check, finish

questions, answers = queue.Queue(), queue.Queue()


def receiver(items):
    def receive():
        try:
            return items.get(timeout=TIMEOUT)
        except queue.Empty:
            return None

    return receive


done = []
thread = threading.Thread(target=lambda: done.append(answer(receiver(questions), answers.put)))
thread.start()
ask(receiver(answers), questions.put)
thread.join()
check(done == [True], "the answering side ended with", done)
finish()
