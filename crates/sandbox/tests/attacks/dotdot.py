# Climbing from the work folder ends at the root.
# outcome: ok
# stdout: blocked
try:
    result = open("../" * 40 + "etc/shadow").read()
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
