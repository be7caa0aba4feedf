# Makes /lib/x.
# outcome: ok
# stdout: blocked
try:
    result = open('/lib/x', "w")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
