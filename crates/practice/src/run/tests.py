# Runs the test files of an exercise, each named on the command line, beside the learner's files.
import asyncio
import importlib.util
import inspect
import os
import sys
import traceback
import unittest


def main(paths):
    # The learner's modules, then what the tests share.
    for folder in dict.fromkeys([os.getcwd(), *(os.path.abspath(os.path.dirname(path)) for path in paths)]):
        if folder not in sys.path:
            sys.path.append(folder)
    try:
        import pytest
    except ImportError:
        return plainly(paths)
    options = ["-q", "--no-header", "-p", "no:cacheprovider", "--import-mode=importlib", "--tb=line"]
    return int(pytest.main([*options, "--rootdir", os.getcwd(), *paths]))


def plainly(paths):
    ran, failures = 0, []
    for path in paths:
        try:
            module = load(path)
        except BaseException as error:
            return failed(path, error)
        result = unittest.TextTestRunner(stream=open(os.devnull, "w")).run(
            unittest.defaultTestLoader.loadTestsFromModule(module)
        )
        ran += result.testsRun
        failures += [(str(test), text.strip().splitlines()[-1]) for test, text in result.failures + result.errors]
        for name, test in list(vars(module).items()):
            if name.startswith("test") and inspect.isfunction(test):
                ran += 1
                try:
                    value = test()
                    if inspect.isawaitable(value):
                        asyncio.run(waited(value))
                except BaseException as error:
                    failures.append((name, line(error)))
    for name, text in failures:
        print(f"FAILED {name}: {text}")
    return 1 if failures else 0 if ran else 5


async def waited(value):
    await value


def load(path):
    spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def failed(path, error):
    print(f"FAILED {path}: {line(error)}")
    return 2


def line(error):
    return traceback.format_exception_only(type(error), error)[-1].strip()


# Not `sys.exit`, so that no thread of the learner keeps it open.
status = main(sys.argv[1:])
sys.stdout.flush()
os._exit(status)
