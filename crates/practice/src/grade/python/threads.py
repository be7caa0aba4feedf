"""The learner's threads: whether one of them works, and what one of them asks of the judge."""
import asyncio
import concurrent.futures.thread as pools
import sys
import threading
import weakref

_submit = pools.ThreadPoolExecutor.submit


class Threads:
    def __init__(self, peer):
        self.peer = peer
        # Who alone may use the channel.
        self.main = threading.get_ident()
        self.asking, self.jobs = set(), weakref.WeakSet()

        def submit(pool, function, /, *arguments, **named):
            job = _submit(pool, function, *arguments, **named)
            self.jobs.add(job)
            return job

        pools.ThreadPoolExecutor.submit = submit

    def work(self):
        """Whether there is a thread that may have something to say, and does not wait for the judge."""
        frames, has_idle = sys._current_frames(), False
        for thread in threading.enumerate():
            frame = frames.get(thread.ident)
            if frame is None or thread.ident == self.main or thread.ident in self.asking:
                continue
            if frame.f_code is not pools._worker.__code__:
                return True
            has_idle = True
        # One that is about to take a job looks as if it had none.
        return has_idle and sum(not job.done() for job in list(self.jobs)) > len(self.asking)

    def is_another(self):
        return threading.get_ident() != self.main

    def ask(self, loop, number, arguments, named, caller):
        """Calls a function of the test's: the main thread asks, and this one waits."""
        if loop is None or not loop.is_running():
            raise RuntimeError("what a test hands over can be called in another thread only while an event loop runs")

        me = threading.get_ident()

        async def asked():
            self.asking.add(me)
            try:
                answer = self.peer.ask("aside", number, arguments, named, caller)
                return await answer if asyncio.iscoroutine(answer) else answer
            finally:
                # From here on it works again.
                self.asking.discard(me)

        return asyncio.run_coroutine_threadsafe(asked(), loop).result()
