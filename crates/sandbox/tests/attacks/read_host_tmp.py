# Opens /proc/self/cwd/../../tmp, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/proc/self/cwd/../../tmp', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
