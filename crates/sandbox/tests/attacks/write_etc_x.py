# Makes /etc/x.
# outcome: ok
# stdout: blocked
try:
    result = open('/etc/x', "w")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
