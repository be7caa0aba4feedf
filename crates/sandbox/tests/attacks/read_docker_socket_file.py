# Opens /var/run/docker.sock, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/var/run/docker.sock', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
