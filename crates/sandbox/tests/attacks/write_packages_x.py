# Makes /packages/x.
# outcome: ok
# stdout: blocked
try:
    result = open('/packages/x', "w")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
