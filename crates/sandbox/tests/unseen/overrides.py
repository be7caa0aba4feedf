"""Says each time that a method or property of its own is called, by whom ever."""
import asyncio
import contextvars
from unittest.mock import MagicMock


class Telling:
    def __getattr__(self, name):
        print("asked for", name)
        raise AttributeError(name)

    def __call__(self, *arguments):
        print("called")


class Task(asyncio.Task):
    def get_name(self):
        print("asked for a name")
        return super().get_name()


class PlainTask(asyncio.tasks._PyTask):
    pass


class Future(asyncio.Future):
    @property
    def _state(self):
        print("asked for its state")
        return super()._state


class Lock(asyncio.Lock):
    def __getattribute__(self, name):
        if name != "__class__":
            print("asked a lock for", name)
        return super().__getattribute__(name)


class Counted(list):
    def __len__(self):
        print("counted")
        return super().__len__()


class Queue(asyncio.Queue):
    def _init(self, maxsize):
        self._queue = Counted()

    def _get(self):
        return self._queue.pop(0)


class Number(float):
    def __float__(self):
        print("converted")
        return 0.01


class Failure(Exception):
    @property
    def args(self):
        print("asked for arguments")
        return ()


class Odd:
    @property
    def __class__(self):
        print("asked for its class")
        return int

    def __await__(self):
        yield


class TaskStepMethWrapper:
    __slots__ = ()

    def __call__(self):
        print("a step?")


class Handle:
    """Runs what a loop was given, without being one of its handles."""

    _cancelled = False
    _source_traceback = None

    def __init__(self, callback, arguments, loop, context=None):
        self._callback, self._args, self._loop = callback, arguments, loop
        self._context = contextvars.copy_context()

    def _run(self):
        self._callback(*self._args)

    def cancel(self):
        self._cancelled = True


async def use(lock, queue):
    async with lock:
        await queue.put(1)
        await asyncio.sleep(0.01)


async def fail():
    raise Failure()


async def main():
    loop = asyncio.get_running_loop()
    for kind in (Task, PlainTask):
        loop.set_task_factory(lambda loop, coroutine, **more: kind(coroutine, loop=loop, **more))
        lock, queue = Lock(), Queue()
        await asyncio.gather(*(asyncio.ensure_future(use(lock, queue)) for _ in range(3)))
        print(await queue.get())
        failed = asyncio.ensure_future(fail())
        await asyncio.wait([failed])
        print(type(failed.exception()))
        future = Future()
        loop.call_later(Number(0.01), future.set_result, 1)
        print(await future)
        await Odd()
        loop.call_soon(Telling())
        loop.call_soon(TaskStepMethWrapper())
        await asyncio.sleep(0.01)
        await loop.run_in_executor(None, Telling(), 1)
    mock = MagicMock()
    loop.call_soon(mock)
    await asyncio.sleep(0.01)
    await loop.run_in_executor(None, mock, 1)
    print(mock.mock_calls)
    asyncio.events.Handle._run(Handle(print, ("run by hand",), loop))
    real, asyncio.events.Handle = asyncio.events.Handle, Handle
    for _ in range(9):
        await asyncio.sleep(0)
    asyncio.events.Handle = real
    await asyncio.sleep(0.01)


asyncio.run(main())
