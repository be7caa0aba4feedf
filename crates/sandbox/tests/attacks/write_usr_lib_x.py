# Makes /usr/lib/x.
# outcome: ok
# stdout: blocked
try:
    result = open('/usr/lib/x', "w")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
