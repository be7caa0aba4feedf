# Opens /dev/ptmx, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/dev/ptmx', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
