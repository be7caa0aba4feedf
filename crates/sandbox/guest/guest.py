# The Python side of the warm interpreter. It is no module: its names live in a dictionary that nothing but the
# guest library knows, so a program does not find it among the loaded modules.
import _signal
import faulthandler as _faulthandler
import gc as _gc
import itertools as _itertools
import os as _os
import sys as _sys
import _thread

_DUMP, _FAILURE, _WAITING = 0x3FFFFFF0, 0x3FFFFFF1, 0x3FFFFFF2
_QUESTION, _DUMP_SIGNAL, _CPU_SIGNAL = 61, 62, 24
_plain = set(_sys.modules) - {"faulthandler"}
_work = ""
_beforehand = frozenset()
_known = 0
_own = []
nothing = None


def warm(modules):
    """Imports what runs usually need of the standard library, while nothing confines us yet.

    The folder of packages is not on the path: some of these modules look for others that only packages have.
    """
    for name in modules:
        try:
            __import__(name.decode())
        except Exception:
            pass


def settle(modules, site, own):
    """Imports packages, now that the filter holds; then makes everything so far invisible to the collector."""
    global _own
    if site:
        _sys.path.append(site.decode())
    for name in modules:
        try:
            __import__(name.decode())
        except BaseException:
            pass
    _own = [(name.decode(), compile(source.decode(), "<" + name.decode() + ">", "exec", dont_inherit=True)) for name, source in zip(own[::2], own[1::2])]
    _make_own()
    _sys.modules.pop("faulthandler", None)
    remember()


def _make_own():
    """The modules that come with an environment. What goes wrong in one shows where it is imported."""
    for name, code in _own:
        module = _sys.modules[name] = type(_sys)(name)
        try:
            exec(code, module.__dict__)
        except ImportError:
            # It is made for a package that is not there.
            del _sys.modules[name]


def remember():
    """What is imported by now is not the program's doing, and none of the collector's business."""
    global _beforehand
    _beforehand = frozenset(name.partition(".")[0] for name in _sys.modules if name not in _plain)
    _gc.collect()
    _gc.freeze()


def begin(path, source, argv, env, work, seed):
    """Prepares the interpreter as `python PATH` would find it; returns the code and the namespace of `__main__`."""
    global _work, _known
    path, _work = _os.fsdecode(path), _os.fsdecode(work)
    data = _os.environ._data
    data.clear()
    data.update(zip(env[::2], env[1::2]))
    _sys.argv = [_os.fsdecode(argument) for argument in argv]
    if hasattr(_sys, "orig_argv"):
        _sys.orig_argv = [_os.path.basename(_sys.executable)] + _sys.argv
    if seed:
        # Before anything of the program's could stand in for it.
        import random

        random.seed(int(seed))
    full = _os.path.join(_work, path)
    processes = _sys.modules.get("multiprocessing.process")
    if processes is not None:
        # It takes the folder in which it was imported for the one that the program was started in.
        processes.ORIGINAL_DIR = _work
    _sys.path.insert(0, _os.path.dirname(full))
    _forget_shadowed(_sys.path[0])
    for stream in (_sys.stdout, _sys.stderr):
        stream.reconfigure(line_buffering=True)
    _signal.signal(_QUESTION, _answer)
    if seed:
        _shuffle(int(seed))
    _faulthandler.register(_DUMP_SIGNAL, file=_DUMP, all_threads=True, chain=False)
    _faulthandler.register(_CPU_SIGNAL, file=_DUMP, all_threads=True, chain=True)
    # A fresh module: the one from before is frozen, and the collector would never let go of what it holds.
    module = type(_sys)("__main__")
    main = module.__dict__
    main.update(_sys.modules["__main__"].__dict__)
    _sys.modules["__main__"] = module
    main["__file__"] = full if _sys.version_info >= (3, 9) else path
    main["__cached__"] = None
    main["__loader__"] = _sys.modules["_frozen_importlib_external"].SourceFileLoader("__main__", main["__file__"])
    _known = len(_sys.modules)
    return compile(source, path, "exec", dont_inherit=True), main


def _forget_shadowed(folder):
    """A file named like a module we imported beforehand must win, as it does in a fresh interpreter."""
    try:
        parts = [name.partition(".") for name in _os.listdir(folder)]
    except OSError:
        return
    names = {name for name, _, ending in parts if ending in ("", "py", "pyc") or ending.endswith("so")}
    # Touching every module here would copy the page each one lives on: that is what a run's start costs.
    if names.isdisjoint(_beforehand):
        return
    for name in [name for name in _sys.modules if name not in _plain]:
        del _sys.modules[name]
    _make_own()


def report(kind, value, trace):
    """Shows the exception that ended the program and returns the exit code; -2 asks for death by SIGINT."""
    if isinstance(value, SystemExit):
        code = value.code
        if code is None:
            return 0
        if isinstance(code, int):
            return code & 0xFF
        try:
            print(code, file=_sys.stderr)
        except BaseException:
            pass
        return 1
    _note(value, trace)
    _sys.last_type, _sys.last_value, _sys.last_traceback = kind, value, trace
    try:
        _sys.excepthook(kind, value, trace)
    except SystemExit as exit:
        return report(SystemExit, exit, None)
    except BaseException as error:
        try:
            print("Error in sys.excepthook:", file=_sys.stderr)
            _sys.__excepthook__(type(error), error, error.__traceback__)
            print("\nOriginal exception was:", file=_sys.stderr)
            _sys.__excepthook__(kind, value, trace)
        except BaseException:
            pass
    return -2 if isinstance(value, KeyboardInterrupt) else 1


def _note(value, trace):
    """Tells the supervisor what was raised and the last line of the user's own code it passed through."""
    try:
        kind = type(value)
        name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else kind.__module__ + "." + kind.__qualname__
        file, line, function = "", 0, ""
        if isinstance(value, SyntaxError) and value.filename:
            file, line = value.filename, value.lineno or 0
        while trace is not None:
            code = trace.tb_frame.f_code
            if _is_users(code.co_filename):
                file, line, function = code.co_filename, trace.tb_lineno, code.co_name
            trace = trace.tb_next
        if file.startswith(_work + "/"):
            file = file[len(_work) + 1 :]
        fields = [name, str(value)[:600], str(getattr(value, "errno", None) or 0), file, str(line), function]
        text = "\0".join(field.replace("\0", "") for field in fields)
        _os.write(_FAILURE, text.encode("utf-8", "replace"))
    except BaseException:
        pass


def _shuffle(seed):
    """Lets timers of an event loop that are due at the same moment come in an order that the seed picks."""
    from asyncio.events import TimerHandle

    first = []

    def rank(handle):
        # Since the first, so that what the start of a program took does not matter.
        first[:] = first or [handle._when]
        after = round((handle._when - first[0]) * 1e6)
        mixed = (after * 0x9E3779B97F4A7C15 ^ seed * 0xC2B2AE3D27D4EB4F) % 2**64
        return round(after, -3), (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9 % 2**64

    TimerHandle.__lt__ = lambda self, other: rank(self) < rank(other)


def _answer(_number, frame):
    """Writes down where every task and thread waits, of a program that nothing will wake any more."""
    try:
        lines = _tasks() + _threads(frame)
        text = "".join("\0".join(str(field).replace("\0", "").replace("\n", " ") for field in line) + "\n" for line in lines[:60])
        _os.write(_WAITING, text.encode("utf-8", "replace") or b"\n")
    except BaseException:
        pass


def _tasks():
    module = _sys.modules.get("asyncio.tasks")
    found = set()
    for name in ("_all_tasks", "_scheduled_tasks", "_eager_tasks"):
        found.update(getattr(module, name, ()))
    lines = []
    for task in found:
        if task.done():
            continue
        frames = _frames(task.get_coro())
        users = [frame for frame in frames if _is_users(frame.f_code.co_filename)]
        if users:
            inner = frames[frames.index(users[-1]) + 1 :]
            what = _what(inner) or _future(getattr(task, "_fut_waiter", None))
            lines.append(_line("task", task.get_name() if hasattr(task, "get_name") else "", users[-1], what))
    # In the order in which they were made, unless they were given other names.
    return sorted(lines, key=lambda line: (len(line[1]), line[1]))


def _frames(waiting):
    """The frames of a chain of awaits, outermost first."""
    frames = []
    while waiting is not None and len(frames) < 100:
        for kind in ("cr", "gi", "ag"):
            if hasattr(waiting, kind + "_frame"):
                frame = getattr(waiting, kind + "_frame")
                frames += [frame] if frame is not None else []
                waiting = getattr(waiting, kind + ("_yieldfrom" if kind == "gi" else "_await"))
                break
        else:
            # What steps an asynchronous generator hides it.
            inside = [thing for thing in _gc.get_referents(waiting) if hasattr(thing, "ag_frame")]
            waiting = inside[0] if type(waiting).__name__.startswith("async_generator") and inside else None
    return frames


def _threads(frame):
    threading = _sys.modules.get("threading")
    names = {ident: thread.name for ident, thread in list(getattr(threading, "_active", {}).items())}
    own = _thread.get_ident()
    lines = []
    for ident, current in sorted(_sys._current_frames().items(), key=lambda pair: pair[0] != own):
        current = frame if ident == own else current
        inner = []
        while current is not None and not _is_users(current.f_code.co_filename):
            inner.insert(0, current)
            current = current.f_back
        # What an event loop waits for, its tasks have said.
        loops = any(frame.f_code.co_name == "_run_once" for frame in inner)
        if current is not None and not loops:
            lines.append(_line("thread", names.get(ident, "MainThread" if ident == own else ""), current, _what(inner)))
    return lines


def _line(kind, name, frame, what):
    code = frame.f_code
    file = code.co_filename
    if file.startswith(_work + "/"):
        file = file[len(_work) + 1 :]
    return kind, name, file, frame.f_lineno, code.co_name, what


def _what(frames):
    """What a function of the library waits for, told by the outermost one that has a word for it."""
    for frame in frames:
        code = frame.f_code
        place = _os.path.basename(code.co_filename), code.co_name
        if place in _WAITS:
            return _WAITS[place]
        if place[0] in ("locks.py", "threading.py", "synchronize.py"):
            kind = type(frame.f_locals.get("self")).__name__
            if kind in _KINDS:
                return _KINDS[kind]
    return ""


def _future(waiter):
    kind = type(waiter).__name__
    if waiter is None:
        return ""
    if kind == "_GatheringFuture":
        return "the tasks it gathers"
    return f"the task {waiter.get_name()}" if hasattr(waiter, "get_name") else "a future that is never done"


_KINDS = {
    "Lock": "a lock",
    "Event": "an event to be set",
    "Condition": "a condition",
    "Semaphore": "a semaphore",
    "BoundedSemaphore": "a semaphore",
    "Barrier": "the others at a barrier",
    "Thread": "a thread to end",
}
_WAITS = {
    ("queues.py", "get"): "an item in a queue",
    ("queues.py", "put"): "room in a queue",
    ("queues.py", "join"): "a queue to be worked off",
    ("queue.py", "get"): "an item in a queue",
    ("queue.py", "put"): "room in a queue",
    ("queue.py", "join"): "a queue to be worked off",
    ("tasks.py", "wait"): "other tasks",
    ("taskgroups.py", "__aexit__"): "the tasks of its group",
    ("base_events.py", "serve_forever"): "connections",
    ("process.py", "join"): "a process to end",
    ("connection.py", "recv"): "a message from another process",
    ("subprocess.py", "wait"): "a child process to end",
    ("subprocess.py", "communicate"): "a child process to end",
    ("_base.py", "result"): "the result of a future",
    ("_base.py", "__exit__"): "an executor to finish",
    ("threading.py", "join"): "a thread to end",
    ("socket.py", "accept"): "somebody to connect",
    ("streams.py", "read"): "data from a connection",
    ("streams.py", "readline"): "data from a connection",
    ("streams.py", "readuntil"): "data from a connection",
    ("streams.py", "readexactly"): "data from a connection",
}


def _is_users(name):
    return (not name.startswith(("/", "<"))) or name.startswith(_work + "/")


def flush():
    """Flushes the standard streams; 120 says that it could not be done, as Python itself does."""
    code = 0
    for stream, counts in ((_sys.stdout, True), (_sys.stderr, False)):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except BaseException as error:
            if counts:
                code = 120
                try:
                    print("Exception ignored in:", stream, file=_sys.stderr)
                    print(type(error).__name__ + ":", error, file=_sys.stderr)
                except BaseException:
                    pass
    return code


def leftovers():
    """The names of the modules that a program has loaded itself, latest first, `__main__` last."""
    loaded = _itertools.islice(reversed(_sys.modules), max(0, len(_sys.modules) - _known))
    names = [name for name in loaded if _is_users(getattr(_sys.modules[name], "__file__", None) or "/")]
    return [_os.fsencode(name) for name in names if name != "__main__"] + [b"__main__"]
