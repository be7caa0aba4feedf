# Opens /proc/self/mem, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/proc/self/mem', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
