# Where the guest library listens in the standard library. It runs in a dictionary of its own, as `guest.py` does.
#
# A function is rewritten in place: its own source is parsed at its own lines and columns, a call of a hook is inserted
# whose callee is a constant, and the result becomes its `__code__`. Identity, signature, frames, lines and columns stay.
import ast
import asyncio
import concurrent.futures.process
import concurrent.futures.thread
import gc
import multiprocessing.popen_fork
import multiprocessing.process
import subprocess
import sys
import threading
import warnings
from asyncio import base_events, base_subprocess, events, futures, locks, queues, runners, tasks
from concurrent.futures import _base

# Of each function: where in it which hook is called with which of its variables.
# `start`, `end`: of the body. `return`: before each. `raise`: before each bare one in a handler. `try`: after it.
# `while`: before the loop. `finally`: as the first thing of it. `before x`: the statement that calls `x`. `after x`: its assignment.
_LOOP = base_events.BaseEventLoop
_PLACES = [
    (events.Handle, "_run", [("start", "begin", ["self"]), ("try", "end", ["self"]), ("raise", "end", ["self"])]),
    (_LOOP, "_call_soon", [("return", "scheduled", ["handle"])]),
    (_LOOP, "_run_once", [("start", "once", ["self"])]),
    (_LOOP, "run_forever", [("while", "loop_begins", ["self"]), ("finally", "loop_ends", ["self"])]),
    (_LOOP, "call_exception_handler", [("start", "handler", ["context"])]),
    (_LOOP, "_check_running", [("start", "nested", [])]),
    (runners, "run", [("start", "nested", [])]),
    (warnings, "_warn_unawaited_coroutine", [("start", "never_awaited", ["coro"])]),
    (locks.Lock, "acquire", [("return", "acquired", ["self"])]),
    (locks.Lock, "release", [("before _wake_up_first", "released", ["self"])]),
    (locks.Semaphore, "acquire", [("start", "seen", ["self"]), ("return", "acquired", ["self"])]),
    (locks.Semaphore, "release", [("before _wake_up_next", "released", ["self"])]),
    (queues.Queue, "put_nowait", [("end", "put", ["self"])]),
    (queues.Queue, "get_nowait", [("return", "taken", ["self"])]),
    (concurrent.futures.thread.ThreadPoolExecutor, "submit", [("after w", "submitted", ["self", "f", "fn"])]),
    (concurrent.futures.process.ProcessPoolExecutor, "submit", [("after w", "submitted", ["self", "f", "fn"])]),
    (futures, "_chain_future", [("start", "chained", ["source", "destination"])]),
    (_base.Future, "set_running_or_notify_cancel", [("return", "job_started", ["self"])]),
    (_base.Future, "set_result", [("start", "job_ended", ["self"])]),
    (_base.Future, "set_exception", [("start", "job_ended", ["self"])]),
    (threading.Thread, "start", [("start", "thread_made", ["self"])]),
    (threading.Thread, "_bootstrap_inner", [("start", "thread_began", ["self"]), ("end", "thread_ended", [])]),
    (subprocess.Popen, "__init__", [("end", "process_started", ["self"])]),
    (subprocess.Popen, "_handle_exitstatus", [("end", "process_ended", ["self"])]),
    (base_subprocess.BaseSubprocessTransport, "_process_exited", [("before _call", "process_ended", ["self._proc"])]),
    (multiprocessing.process.BaseProcess, "start", [("end", "process_started", ["self"])]),
    (multiprocessing.popen_fork.Popen, "poll", [("return", "process_ended", ["self"])]),
]
if hasattr(runners, "Runner"):
    _PLACES.append((runners.Runner, "run", [("start", "nested", [])]))
# Eager tasks that end at once are in no registry.
if hasattr(tasks, "_eager_tasks"):
    _PLACES.append((_LOOP, "create_task", [("start", "making", ["coro"]), ("return", "made", ["task"])]))



class _Hooked:
    def __getattr__(self, name):
        raise AttributeError(name)


class _Overriding:
    def __getattribute__(self, name):
        return None


# Only then such a class has its final way of looking up.
_Overriding().anything

_MODULES = {name: sys.modules[name] for name in ("asyncio.tasks", "asyncio.events", "threading", "concurrent.futures")}
_lines = {}
_ready = []
_unhooked = []


def _source(code):
    """The lines of a function, below its decorators, and the number of the first."""
    path = code.co_filename
    if path not in _lines:
        with open(path, encoding="utf-8") as file:
            _lines[path] = file.read().split("\n")
    lines = _lines[path]
    first = last = code.co_firstlineno - 1
    indent = len(lines[first]) - len(lines[first].lstrip())
    while lines[last].lstrip().startswith("@"):
        last += 1
    last += 1

    def belongs(line):
        text = line.lstrip()
        return not text or len(line) - len(text) > indent or text.startswith((")", "#"))

    while last < len(lines) and belongs(lines[last]):
        last += 1
    return first, indent, lines[first:last]


def _function(code, owner):
    """The syntax tree of a function, at its own lines and columns, in a class of the owner's name."""
    first, indent, lines = _source(code)
    head = "\n" * max(0, first - 1) + (f"class {owner}:" if indent else "") + "\n"
    tree = ast.parse((head if first else "") + "\n".join(lines), code.co_filename)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == code.co_name:
            return node, indent
    raise LookupError(code.co_name)


class _Insertion:
    """Inserts the calls of one place into a function."""

    def __init__(self, where, hook, names):
        self.kind, _, self.name = where.partition(" ")
        self.mark, self.names = "\0" + hook, names

    def call(self, at):
        arguments = [ast.parse(name, mode="eval").body for name in self.names]
        statement = ast.Expr(ast.Call(ast.Constant(self.mark), arguments, []))
        for node in ast.walk(statement):
            node.lineno = node.end_lineno = at.lineno
            node.col_offset = node.end_col_offset = at.col_offset
            if isinstance(node, ast.Constant):
                node.kind = None
        return statement

    def into(self, function):
        body = function.body
        is_documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        if self.kind == "start":
            at = 1 if is_documented else 0
            body.insert(at, self.call(body[min(at, len(body) - 1)]))
            return True
        if self.kind == "end":
            body.append(self.call(body[-1]))
            return True
        return self.within(body)

    def within(self, body):
        found = False
        for index, statement in reversed(list(enumerate(body))):
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                continue
            inner = False
            for field in ("body", "orelse", "finalbody"):
                inner |= self.within(getattr(statement, field, []))
            for handler in getattr(statement, "handlers", []):
                inner |= self.within(handler.body)
            if self.kind == "finally" and getattr(statement, "finalbody", None) and not inner:
                statement.finalbody.insert(0, self.call(statement.finalbody[0]))
                inner = True
            place = None if inner else self.place(statement)
            if place is not None:
                body.insert(index + place, self.call(statement))
                inner = True
            found |= inner
        return found

    def place(self, statement):
        """0 before it, 1 after it, or None."""
        if self.kind == "return" and isinstance(statement, ast.Return):
            return 0
        if self.kind == "raise" and isinstance(statement, ast.Raise) and statement.exc is None:
            return 0
        if self.kind == "try" and isinstance(statement, ast.Try):
            return 1
        if self.kind == "while" and isinstance(statement, ast.While):
            return 0
        if self.kind == "before" and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            return 0 if getattr(statement.value.func, "attr", "") == self.name else None
        if self.kind == "after" and isinstance(statement, ast.Assign):
            return 1 if getattr(statement.targets[0], "id", "") == self.name else None
        return None


def _rewrite(function, owner, places):
    code = function.__code__
    if code.co_freevars:
        raise LookupError("it has variables of an outer function")
    node, indent = _function(code, owner)
    insertions = [_Insertion(*place) for place in places]
    if not all([insertion.into(node) for insertion in insertions]):
        raise LookupError("it has no such place")
    node.decorator_list = []
    if indent:
        around = ast.ClassDef(owner, [], [], [node], [])
        around.lineno = around.end_lineno = node.lineno
        around.col_offset = around.end_col_offset = 0
        around.type_params = []
    else:
        around = node
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = compile(ast.Module([around], []), code.co_filename, "exec", dont_inherit=True)
    constants = {insertion.mark: hooks[insertion.mark[1:]] for insertion in insertions}
    new = _find(module, code.co_name)
    changes = {
        "co_consts": tuple(constants.get(value, value) if isinstance(value, str) else value for value in new.co_consts),
        "co_firstlineno": code.co_firstlineno,
    }
    if hasattr(code, "co_qualname"):
        changes["co_qualname"] = code.co_qualname
    return new.replace(**changes)


def _find(code, name):
    for constant in code.co_consts:
        if hasattr(constant, "co_name"):
            found = constant if constant.co_name == name else _find(constant, name)
            if found is not None:
                return found
    return None


def _prepare():
    for owner, name, places in _PLACES:
        title = getattr(owner, "__name__", "").rpartition(".")[2]
        try:
            function = getattr(owner, name)
            _ready.append((function, _rewrite(function, title, places)))
        except Exception:
            _unhooked.append(f"{title}.{name}")
    _lines.clear()


def start():
    """Puts the prepared code in place; returns what the library has to know, or why there is nothing to be seen."""
    if any(sys.modules.get(name) is not module for name, module in _MODULES.items()):
        return ["a file beside the program has the name of a module that asyncio needs"]
    for function, code in _ready:
        function.__code__ = code
    registry = getattr(tasks, "_scheduled_tasks", None)
    registry = tasks._all_tasks if registry is None else registry
    add = registry.add
    registry.add = hooks["added"]
    eager = getattr(tasks, "_eager_tasks", set())
    resources = (locks.Lock, locks.Semaphore, locks.Event, locks.Condition, queues.Queue)
    if hasattr(locks, "Barrier"):
        resources += (locks.Barrier,)
    if hasattr(asyncio, "TaskGroup"):
        resources += (asyncio.TaskGroup,)
    resources += (asyncio.StreamReader,)

    async def coroutine():
        pass

    async def async_generator():
        yield

    one = coroutine()
    kinds = type(one), type(_ for _ in ()), type(async_generator())
    one.close()
    version = ".".join(str(part) for part in sys.version_info[:3])
    return [
        "",
        version,
        ",".join(_unhooked),
        tasks.Task,
        tasks._PyTask,
        resources,
        gc.get_referents,
        events._get_running_loop,
        concurrent.futures.thread._worker,
        (registry, eager),
        add,
        *kinds,
        events.Handle,
        futures.Future,
        events.Handle._run.__code__,
        _LOOP,
        _Hooked,
        _Overriding,
    ]


_prepare()
