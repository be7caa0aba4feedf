# Makes /usr/x.
# outcome: ok
# stdout: blocked
try:
    result = open('/usr/x', "w")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
