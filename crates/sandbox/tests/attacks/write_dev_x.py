# Makes /dev/x.
# outcome: ok
# stdout: blocked
try:
    result = open('/dev/x', "w")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
