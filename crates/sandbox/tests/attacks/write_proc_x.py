# Makes /proc/x.
# outcome: ok
# stdout: blocked
try:
    result = open('/proc/x', "w")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
