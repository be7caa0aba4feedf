# Opens /proc/1/environ, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/proc/1/environ', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
