# Compiles a source of a hundred thousand brackets.
# outcome: ok killed
try:
    compile("(" * 100_000, "x", "eval")
except (SyntaxError, MemoryError, RecursionError):
    print("blocked")
