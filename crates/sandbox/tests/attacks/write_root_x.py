# Makes /root/x.
# outcome: ok
# stdout: blocked
try:
    result = open('/root/x', "w")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
