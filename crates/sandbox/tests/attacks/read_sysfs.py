# Opens /sys/kernel/notes, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/sys/kernel/notes', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
