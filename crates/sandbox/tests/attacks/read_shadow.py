# Opens /etc/shadow, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/etc/shadow', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
