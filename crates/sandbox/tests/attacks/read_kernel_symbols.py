# Opens /proc/kallsyms, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/proc/kallsyms', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
