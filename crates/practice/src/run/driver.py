# Runs the steps of a session in one process, each with marks around what it writes. Appended to this is one call of
# `main` with what is to be done. Nothing of it is in the way of the snippets: they get a `__main__` of their own.
import gc
import json
import linecache
import os
import sys
import types

AWAIT = 0x2000
COROUTINE = 0x80


class Driver:
    def __init__(self, order):
        self.order = order
        self.mark = order["mark"]
        self.lines = {}
        self.loop = None
        # Each step is followed by what Python says at the end of a program.
        self.ends = order["alone"] or order["apart"]
        self.begin()
        sys.path[0] = os.getcwd()

    def begin(self):
        self.module = types.ModuleType("__main__")
        self.module.__dict__["__builtins__"] = __builtins__
        sys.modules["__main__"] = self.module

    def say(self, *words):
        text = "\x1e" + self.mark + " " + " ".join(map(str, words)) + "\x1e"
        if self.order["apart"]:
            for stream in (sys.stdout, sys.stderr):
                stream.write(text)
            return
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        for stream in (1, 2):
            try:
                os.write(stream, text.encode())
            except OSError:
                pass

    def compile(self, code, mode="exec", flags=AWAIT):
        text, first = code["text"], code["first_line"]
        lines = self.lines.setdefault(code["file"], [])
        shown = text.splitlines(True)
        lines.extend("\n" for _ in range(first - 1 + len(shown) - len(lines)))
        lines[first - 1 : first - 1 + len(shown)] = shown
        linecache.cache[code["file"]] = (len(lines), None, lines, code["file"])
        return compile("\n" * (first - 1) + text, code["file"], mode, flags, True)

    def evaluate(self, compiled, in_loop):
        names = self.module.__dict__
        if not in_loop:
            return eval(compiled, names)
        import asyncio

        if self.loop is None:
            self.loop = asyncio.new_event_loop()

        async def inside():
            value = eval(compiled, names)
            if compiled.co_flags & COROUTINE:
                value = await value
            return value

        asyncio.set_event_loop(self.loop)
        return self.loop.run_until_complete(inside())

    def attempt(self, work):
        """Runs it, shows what it raises as Python would, and says how it ended."""
        try:
            work()
            return {"exit": 0}
        except SystemExit as end:
            if end.code is None or isinstance(end.code, int):
                return {"exit": (end.code or 0) & 0xFF}
            print(end.code, file=sys.stderr)
            return {"exit": 1}
        except BaseException as error:
            trace, place = self.own(error.__traceback__)
            error = error.with_traceback(trace)
            sys.excepthook(type(error), error, trace)
            kind = type(error)
            name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else kind.__module__ + "." + kind.__qualname__
            if isinstance(error, SyntaxError) and error.filename in self.lines:
                place = error.filename, error.lineno or 0
            return {"exit": 1, "raised": name, "message": str(error)[:600], "file": place[0], "line": place[1]}

    def own(self, trace):
        """The traceback from the first line of the lesson on, and the last such line."""
        while trace is not None and trace.tb_frame.f_code.co_filename not in self.lines:
            trace = trace.tb_next
        place, at = ("", 0), trace
        while at is not None:
            if at.tb_frame.f_code.co_filename in self.lines:
                place = at.tb_frame.f_code.co_filename, at.tb_lineno
            at = at.tb_next
        return trace, place

    def step(self, number, step):
        if self.order["apart"]:
            self.begin()
        # What only a program does is not for those who borrow its names.
        guarded = step["kind"] == "context" and "__main__" in step["code"]["text"]
        name = "lesson" if guarded else "__main__"
        self.module.__dict__["__name__"] = name
        sys.modules[name] = self.module
        self.say("begin", number)
        self.say("end", number, json.dumps(getattr(self, step["kind"])(number, step)))

    def context(self, number, step):
        return self.attempt(lambda: self.evaluate(self.compile(step["code"]), step["in_loop"]))

    def code(self, number, step, last=True):
        if not step["code"]["file"].startswith("<"):
            self.module.__dict__["__file__"] = os.path.join(os.getcwd(), step["code"]["file"])
        flags = AWAIT if step["in_loop"] else 0
        end = self.attempt(lambda: self.evaluate(self.compile(step["code"], flags=flags), step["in_loop"]))
        if last and self.ends:
            self.finish()
        return end

    def doctest(self, number, step):
        import doctest

        end = self.code(number, step, last=False)
        if end["exit"] == 0:
            runner, wrong = doctest.DocTestRunner(verbose=False), []
            for test in doctest.DocTestFinder().find(self.module, "lesson", False, self.module.__dict__):
                runner.run(test, out=wrong.append, clear_globs=False)
            if wrong:
                example, _, rest = wrong[0].partition("Failed example:")[2].partition("Expected")
                told = " ".join(rest.partition("Got:")[2].split()) or "something else"
                end = {"exit": 1, "raised": "doctest", "message": " ".join(example.split()) + " gives " + told}
        if self.ends:
            self.finish()
        return end

    def console(self, number, step):
        end = {"exit": 0}
        for statement in step["statements"]:
            self.say("line", statement["line"])
            code = {"text": statement["text"] + "\n", "file": "<stdin>", "first_line": 1}
            one = self.attempt(lambda: self.evaluate(self.compile(code, "single"), statement["in_loop"]))
            end = one if one["exit"] or "raised" in one else end
        return end

    def test(self, number, step):
        code = step["code"]
        if step["pytest"]:
            import pytest

            folder = os.path.dirname(code["file"])
            if folder:
                os.makedirs(folder, exist_ok=True)
            with open(code["file"], "w") as file:
                file.write("\n" * (code["first_line"] - 1) + code["text"])
            arguments = ["-q", "--no-header", "-p", "no:cacheprovider", "--rootdir", os.getcwd(), code["file"]]
            return {"exit": int(pytest.main(arguments))}
        end = self.attempt(lambda: self.evaluate(self.compile(code, flags=0), False))
        tests = [(name, test) for name, test in self.module.__dict__.items() if name.startswith("test") and callable(test)]
        for name, test in tests:
            one = self.attempt(lambda: self.call(test))
            print(name, "failed" if one["exit"] else "passed")
            end = one if one["exit"] else end
        return end

    def call(self, test):
        value = test()
        if hasattr(value, "__await__"):
            import asyncio

            async def waited():
                await value

            asyncio.run(waited())

    def shell(self, number, step):
        import subprocess
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            # Unless a command says otherwise itself, curl tells how each request went, beside what it prints.
            with open(os.path.join(folder, ".curlrc"), "w") as file:
                file.write("no-progress-meter\n")
                file.write('write-out = "%{stderr}\x1e' + self.mark + ' request %{http_code} %{time_total}\x1e"\n')
            environment = dict(os.environ, CURL_HOME=folder)
            shell = subprocess.run(["bash", "-c", step["script"]], stdin=subprocess.DEVNULL, env=environment)
        return {"exit": shell.returncode}

    def serve(self, number, step):
        return {"exit": 0}

    def finish(self):
        """What Python says when a program ends: of tasks and coroutines that nobody waited for."""
        if self.loop is not None:
            import asyncio

            tasks = asyncio.all_tasks(self.loop)
            for task in tasks:
                task.cancel()
            if tasks:
                self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
            asyncio.set_event_loop(None)
            self.loop.close()
        names = [name for name in self.module.__dict__ if not name.startswith("__")]
        for name in names:
            self.module.__dict__.pop(name, None)
        gc.collect()

    # A server runs in a process of its own: what blocks it must not block who asks.

    def start(self, server):
        import socket
        import tempfile
        import time

        log, told = tempfile.TemporaryFile(), tempfile.TemporaryFile("w+")
        pid = os.fork()
        if pid == 0:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            end = self.attempt(lambda: self.answer(server))
            json.dump(end, told)
            for file in (told, sys.stdout, sys.stderr):
                file.flush()
            os._exit(end["exit"])
        ready = False
        for _ in range(400):
            if os.waitpid(pid, os.WNOHANG)[0]:
                pid = 0
                break
            try:
                socket.create_connection(("127.0.0.1", server["port"]), 1).close()
                ready = True
                break
            except OSError:
                time.sleep(0.025)
        told.seek(0)
        self.say("server", "ready" if ready else "down " + (told.read() or json.dumps({"exit": 1})))
        return pid, log, ready

    def answer(self, server):
        name = "main" if server["app"] else "__main__"
        self.module.__dict__["__name__"] = name
        sys.modules[name] = self.module
        for code in server["parts"]:
            self.evaluate(self.compile(code, flags=0), False)
        if server["app"]:
            serve(self.module.__dict__[server["app"]], server["framework"], server["port"])

    def stop(self, pid, log):
        import signal
        import time

        if pid:
            os.kill(pid, signal.SIGTERM)
            for _ in range(100):
                if os.waitpid(pid, os.WNOHANG)[0]:
                    break
                time.sleep(0.02)
            else:
                os.kill(pid, signal.SIGKILL)
        log.seek(0)
        return log.read()


def main(order):
    os.remove(order["driver"])
    os.rmdir(os.path.dirname(order["driver"]))
    driver = Driver(order)
    if order["apart"]:
        # Looking for what a step leaves then passes over all that was there before.
        gc.freeze()
        # Nothing in them takes time, so nobody asks when they wrote, and a write costs more than a step.
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(line_buffering=False)
    server = order["server"]
    if server:
        pid, log, ready = driver.start(server)
    end = 0
    if not server or ready:
        for number, step in enumerate(order["steps"]):
            driver.step(number, step)
    if not driver.ends:
        driver.finish()
    if server:
        words = driver.stop(pid, log)
        driver.say("log")
        os.write(2, words)
        driver.say("over")
    driver.say("done")
