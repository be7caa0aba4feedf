# Opens /dev/fuse, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/dev/fuse', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
