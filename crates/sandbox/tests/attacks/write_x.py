# Makes /x.
# outcome: ok
# stdout: blocked
try:
    result = open('/x', "w")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
