"""Looks at all that a watched event loop might give away."""
import asyncio
import contextvars
import gc
import inspect
import io
import os
import re
import signal
import sys
import threading
import traceback
import warnings
import weakref


def show(key, *values):
    print(key, *(re.sub(r"0x[0-9a-f]+|started \d+", "@", repr(value)) for value in values))


show("hooks", sys.gettrace(), sys.getprofile(), sys.get_coroutine_origin_tracking_depth(), sys.getrecursionlimit())
show("streams", sys.stdout, type(sys.stdout.buffer), type(sys.stdout.buffer.raw), sys.stdout is sys.__stdout__)
show("finders", [getattr(finder, "__name__", finder) for finder in sys.meta_path], len(sys.path), len(os.environ))
show("signals", [signal.getsignal(number) for number in sorted(signal.valid_signals())])
show("blocked", signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.sigpending())
show("filters", len(warnings.filters), len(gc.callbacks))
for function in (
    asyncio.Handle._run,
    asyncio.BaseEventLoop.run_forever,
    asyncio.BaseEventLoop.create_task,
    asyncio.Lock.acquire,
    asyncio.Semaphore.release,
    asyncio.Queue.put_nowait,
    threading.Thread.start,
    asyncio.run,
):
    code = function.__code__
    show("function", function, function.__name__, inspect.signature(function), function.__doc__, function.__defaults__)
    show("code", code.co_firstlineno, code.co_varnames, code.co_flags, code.co_filename[-20:], code.co_freevars)
    show("source", len(inspect.getsource(function)), inspect.iscoroutinefunction(function))
show("names", len(dir(asyncio.events)), len(dir(asyncio.tasks)), len(dir(asyncio.base_events)), len(dir(threading)))
setting = contextvars.ContextVar("setting", default=0)


def frames():
    return [(os.path.basename(one.filename), one.lineno, one.function) for one in inspect.stack()[1:]]


def deepest(level=0):
    try:
        return deepest(level + 1)
    except RecursionError:
        return level


async def inner():
    show("stack", frames())
    show("deepest", deepest())
    show("context", len(contextvars.copy_context()), setting.get())
    setting.set(setting.get() + 1)


async def fails():
    raise ValueError("no")


async def slow():
    await asyncio.sleep(0.01)


class Last:
    def __init__(self, order):
        self.order = order

    def __del__(self):
        self.order.append("finalised")


async def holds(order):
    last = Last(order)
    await asyncio.sleep(0.01)
    last = None
    order.append("let go")
    await asyncio.sleep(0.01)


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(inner())
    show("task", task, type(task), task.get_coro(), weakref.getweakrefcount(task), sys.getrefcount(task))
    await task
    show("ended", task, task.get_name(), sys.getrefcount(task), gc.get_referrers(task) == [sys._getframe()])
    show("all", len(asyncio.all_tasks()), threading.active_count(), threading.enumerate(), asyncio.current_task())
    handle = loop.call_soon(print, "called")
    show("handle", handle, sys.getrefcount(handle))
    await asyncio.sleep(0)
    sleeper = asyncio.ensure_future(asyncio.sleep(9))
    await asyncio.sleep(0)
    show("sleeper", sleeper, [(one.f_code.co_name, one.f_lineno) for one in sleeper.get_stack()])
    show("counts", sys.getrefcount(sleeper.get_coro()), sys.getrefcount(sleeper._fut_waiter))
    stack = io.StringIO()
    sleeper.print_stack(file=stack)
    show("printed", len(stack.getvalue().splitlines()))
    sleeper.cancel()
    try:
        await sleeper
    except asyncio.CancelledError:
        traceback.print_exc()
    failed = asyncio.ensure_future(fails())
    await asyncio.sleep(0.01)
    show("failed", failed)
    del failed
    asked = asyncio.ensure_future(fails())
    await asyncio.sleep(0.01)
    show("asked", asked.exception())
    inner()
    loop.call_soon(lambda: 1 / 0)
    await asyncio.sleep(0)
    order = []
    await holds(order)
    show("order", order)
    show("thread", await loop.run_in_executor(None, frames))
    nested = slow()
    try:
        asyncio.run(nested)
    except RuntimeError:
        traceback.print_exc()
    await nested
    show("current", len(sys._current_frames()) - threading.active_count())
    lock, semaphore, queue = asyncio.Lock(), asyncio.Semaphore(1), asyncio.Queue(1)
    async with lock, semaphore:
        await queue.put(1)
        show("locks", lock, semaphore, queue)
    try:
        lock.release()
    except RuntimeError:
        traceback.print_exc()
    try:
        await asyncio.wait_for(asyncio.sleep(1), 0.01)
    except asyncio.TimeoutError:
        traceback.print_exc()
    if sys.version_info >= (3, 11):
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fails())
                group.create_task(asyncio.sleep(1))
        except BaseException:
            traceback.print_exc()
    if sys.version_info >= (3, 12):
        loop.set_task_factory(asyncio.eager_task_factory)

        async def eager():
            return frames()

        show("eager", await asyncio.create_task(eager()))
        loop.set_task_factory(None)
    loop.set_debug(True)
    inner()
    await asyncio.ensure_future(slow())
    loop.set_debug(False)
    show("time", round(loop.time() - began, 2))


began = 0


async def start():
    global began
    began = asyncio.get_running_loop().time()
    await main()


asyncio.run(start())
lost = []


async def leaves():
    lost.append(asyncio.ensure_future(asyncio.sleep(3)))


loop = asyncio.new_event_loop()
loop.run_until_complete(leaves())
loop.close()
lost.clear()
gc.collect()


async def interrupts():
    raise KeyboardInterrupt


async def waits():
    await asyncio.ensure_future(interrupts())


asyncio.run(waits())
