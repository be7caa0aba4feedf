# Opens /root/.ssh/id_rsa, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/root/.ssh/id_rsa', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
