import subprocess
import sys


def check(text):
    if not text:
        raise ValueError("nothing to read")


def main():
    server = subprocess.Popen(["sleep", "1000"])
    check("")
    server.terminate()
    server.wait()


try:
    main()
except ValueError as error:
    print(error, file=sys.stderr)
