# Opens /root/.bashrc, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/root/.bashrc', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
