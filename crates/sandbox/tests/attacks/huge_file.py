# Makes one file of a terabyte.
# outcome: ok
# stdout: blocked
try:
    result = open("big", "wb").truncate(1 << 40)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
