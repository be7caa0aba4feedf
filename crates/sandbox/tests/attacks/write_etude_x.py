# Makes /etude/x.
# outcome: ok
# stdout: blocked
try:
    result = open('/etude/x', "w")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
