# Computes a number that never ends, in C.
# outcome: timeout memory
# limit: wall_ms 500
x = 9 ** (10 ** 9)
