# Makes files without end.
# outcome: ok
# stdout: blocked
# reduced: skip
n = 0
try:
    while n < 100_000:
        open(str(n), "w").close()
        n += 1
except OSError:
    pass
print("blocked" if n <= 501 else f"BREACH {n}")
