"""The learner's side: answers the judge. Nothing here is trusted; it only has to be right for honest programs."""
import asyncio
import builtins
import copy
import gc
import importlib
import io
import linecache
import os
import random
import runpy
import socket
import sys
import types
import weakref

import etude_learner_values as values
from etude_frames import Broken
from etude_loops import awaiting
from etude_threads import Threads
from etude_values import OPERATORS, TYPES, Keywords, special
from etude_learner_values import Describing, Foreign, caller

LINK = 3
MOST_PRINTED = 1 << 20


def _forwarded(name):
    if name == "__call__":

        def call(self, *arguments, **named):
            peer = values.PEER
            if peer.threads.is_another():
                return peer.ask_from_thread(self._number, arguments, Keywords(named), caller())
            return peer.ask("call", self._number, arguments, Keywords(named), caller())

        return call
    if name == "__await__":

        return lambda self: values.PEER.wait_for(self)

    def operate(self, *arguments):
        return values.PEER.ask("operator", self._number, name, arguments)

    operate.__name__ = name
    return operate


_FORWARDED = {name: _forwarded(name) for name in OPERATORS}


class Learner(Describing):
    def __init__(self, connected, work):
        super().__init__(connected, "a")
        self.work = work
        self.theirs = weakref.WeakValueDictionary()
        self.kinds = {}
        self.printed = {"o": [], "e": []}
        self.room = MOST_PRINTED
        # What is written to a descriptor, by whatever way, is found in a file.
        self.written = os.memfd_create("output")
        self.read = 0
        for stream in (1, 2):
            os.dup2(self.written, stream)
        self.replaced = {}
        self.threads = Threads(self)

    # Values in.

    def decode_object(self, message, depth):
        if message[0] == "x":
            return self._exception(message, depth)
        if message[0] != "h":
            self.fail("a value that is none")
        number = message[1]
        self.got[number] = self.got.get(number, 0) + 1
        thing = self.theirs.get(number)
        if thing is None:
            thing = object.__new__(self._kind(message[2], message[3], message[4]))
            object.__setattr__(thing, "_number", number)
            self.theirs[number] = thing
        if message[3] == "coroutine":
            coroutine = awaiting(thing)
            coroutine.__name__ = coroutine.__qualname__ = message[5]
            return coroutine
        return thing

    def _kind(self, number, name, does):
        kind = self.kinds.get(number)
        if kind is None:
            names = {one: _FORWARDED.get(one) or _forwarded(one) for one in does}
            kind = self.kinds[number] = type(name, (Foreign,), dict(names, __slots__=()))
        return kind

    def _exception(self, message, depth):
        _, name, arguments, number, kind_number, base = message
        kind = TYPES.get(name)
        if kind is None:
            key = "exception", kind_number
            kind = self.kinds.get(key)
            if kind is None:
                kind = self.kinds[key] = type(name, (TYPES[base],), {})
        arguments = tuple(self.decode(one, depth + 1) for one in arguments)
        error = kind.__new__(kind, *arguments)
        error.args = arguments
        error.__judges__ = number
        return error

    def decode_tuple(self, kind, _fields, items):
        return self.decode(kind)(*items) if type(kind) is list else tuple(items)

    def lose(self, thing, number):
        held = self.theirs.get(number)
        if held is None or held is thing:
            self.theirs.pop(number, None)
            self.dropped.append([number, self.got.pop(number)])

    # Questions.

    def do(self, question, arguments, message):
        arguments = [self.decode(one) for one in arguments]
        self.undress(message)
        self._replace(message.get("replaced", ()))
        if not message.get("loop") or asyncio._get_running_loop() is not None:
            return getattr(self, "do_" + question)(*arguments)
        asyncio._set_running_loop(self._led_loop())
        try:
            return getattr(self, "do_" + question)(*arguments)
        finally:
            asyncio._set_running_loop(None)

    def dress(self, message):
        super().dress(message)
        if os.fstat(self.written).st_size > self.read:
            self._take_written()
        for key, pieces in self.printed.items():
            if pieces:
                message[key] = "".join(pieces)
                pieces.clear()
        if self.led is not None and (self.led._ready or self.led._scheduled):
            # Something began that is to go on while the judge's loop runs.
            message["loop"] = True

    def ask_from_thread(self, number, arguments, named, caller):
        loop = self.leading if self.leading is not None and self.leading.is_running() else self.led
        return self.threads.ask(loop, number, arguments, named, caller)

    def _take_written(self):
        data = os.pread(self.written, MOST_PRINTED, self.read)
        self.read += len(data)
        text = data.decode("utf-8", "replace")[: max(0, self.room)]
        self.room -= len(text)
        self.printed["o"].append(text)

    def _replace(self, replaced):
        """What a test puts in place of functions of the library stands there for the learner's code as well."""
        for name, value in replaced:
            place, _, attribute = name.rpartition(".")
            module = importlib.import_module(place)
            if value is None:
                setattr(module, attribute, self.replaced.pop(name))
            else:
                self.replaced.setdefault(name, getattr(module, attribute))
                setattr(module, attribute, self.decode(value))

    def do_import(self, name):
        module = importlib.import_module(name)
        names = getattr(module, "__all__", None)
        if names is None:
            names = [one for one in vars(module) if not one.startswith("_")]
        return [module, [str(one) for one in names], module.__doc__ if type(module.__doc__) is str else None]

    def do_get(self, thing, name):
        return getattr(thing, name)

    def do_set(self, thing, name, value):
        setattr(thing, name, value)

    def do_delete(self, thing, name):
        delattr(thing, name)

    def do_call(self, thing, arguments, named):
        return thing(*arguments, **named)

    def do_operate(self, thing, name, arguments):
        if name == "__iter__":
            return iter(thing)
        if name == "__bool__":
            return bool(thing)
        if name == "__hash__":
            return hash(thing)
        if name == "__getitem__" and isinstance(thing, type):
            return thing[arguments[0]]
        return special(thing, name)(*arguments)

    def do_dir(self, thing):
        return [str(one) for one in dir(thing)]

    def do_forget(self):
        self.forget_containers()
        gc.collect(1)
        self.room = MOST_PRINTED

    def do_copy(self, thing, deep):
        return copy.deepcopy(thing) if deep else copy.copy(thing)

    def do_seed(self, value):
        random.seed(value)

    def do_program(self, module, stdin, arguments):
        """Runs a file as `python FILE` would, and gives its exit code."""
        path = os.path.join(self.work, *module.split(".")) + ".py"
        before = sys.stdin, sys.argv
        sys.stdin, sys.argv = io.StringIO(stdin), [path, *arguments]
        builtins.input = _input_of_program
        try:
            runpy.run_path(path, run_name="__main__")
        except SystemExit as end:
            return end.code if type(end.code) is int else int(end.code is not None)
        finally:
            (sys.stdin, sys.argv), builtins.input = before, _input
        return 0

    def do_subclass(self, name, bases, functions, data):
        """A class of the test's that derives from the learner's: its methods stay with the test."""
        names = dict(data)
        wrap = {"property": property, "static": staticmethod, "class": classmethod, "plain": lambda method: method}
        for one, (kind, function) in functions.items():
            names[one] = wrap[kind](_method(function, one))
        return type(name, bases, names)

    def do_begin(self, thing):
        return self.begin(thing)

    def do_cancel(self, number):
        self.cancel(number)

    def do_turn(self, most, done, now):
        return self.turn(most, done, now)

    def do_waiting(self):
        tasks = [] if self.led is None else [task for task in asyncio.all_tasks(self.led) if not task.done()]
        return [self._waits(task) for task in tasks[:10_000]]

    def _waits(self, task):
        """The innermost place of the learner's own at which a task waits, or the name of what it runs."""
        own, name, awaited = None, "?", task.get_coro()
        for _ in range(200):
            name = getattr(awaited, "__name__", name)
            frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "ag_frame", None)
            if frame is not None and frame.f_code.co_filename.startswith(self.work + os.sep):
                file, line = frame.f_code.co_filename, frame.f_lineno
                own = name, file[len(self.work) + 1 :], line, linecache.getline(file, line).strip()
            inner = getattr(awaited, "cr_await", None) or getattr(awaited, "ag_await", None)
            if inner is None:
                # A step of an asynchronous generator does not say of which.
                generators = (one for one in gc.get_referents(awaited) if type(one) is types.AsyncGeneratorType)
                inner = next(generators, None) if type(awaited).__name__.startswith("async_generator_") else None
            awaited = inner
        own = own or (str(name), "", 0, "")
        return tuple(part[:150] if type(part) is str else part for part in own)

    def do_end_turns(self):
        self.end_turns()


def _method(function, name):
    def method(*arguments, **named):
        return function(*arguments, **named)

    method.__name__ = name
    return method


class Printed(io.TextIOBase):
    """A standard stream whose text travels with the answers."""

    encoding = "utf-8"

    def __init__(self, key):
        self.key = key

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not %s" % type(text).__name__)
        peer = values.PEER
        kept = text[: max(0, peer.room)]
        peer.room -= len(text)
        if kept:
            peer.printed[self.key].append(kept)
        return len(text)

    def writable(self):
        return True


def _input(prompt="", /):
    return values.PEER.ask("input", str(prompt))


def _input_of_program(prompt="", /):
    sys.stdout.write(str(prompt))
    line = sys.stdin.readline()
    if not line:
        raise EOFError("EOF when reading a line")
    return line.rstrip("\n")


def main():
    os.unlink(os.path.abspath(sys.argv[0]))
    sys.argv[0] = ""
    values.PEER = peer = Learner(socket.socket(fileno=LINK), os.getcwd())
    sys.stdout, sys.stderr, builtins.input = Printed("o"), Printed("e"), _input
    try:
        while True:
            peer.serve(peer.receive())
    except Broken:
        pass
    os._exit(0)
