# Opens /dev/net/tun, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/dev/net/tun', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
