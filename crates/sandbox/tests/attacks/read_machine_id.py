# Opens /etc/machine-id, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/etc/machine-id', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
