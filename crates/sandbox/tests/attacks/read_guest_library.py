# Opens /etude/guest.so, which is not the run's.
# outcome: ok
# stdout: blocked
# reduced: skip
try:
    result = open('/etude/guest.so', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
