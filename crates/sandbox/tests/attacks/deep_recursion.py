# Recurses past every limit.
# outcome: killed failed memory timeout
import sys
sys.setrecursionlimit(10 ** 9)
def f():
    return f()
f()
