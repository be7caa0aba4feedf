# Rewrites the interpreter.
# outcome: ok
# stdout: blocked
import sys
try:
    result = open(sys.executable, "r+b").write(b"#")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
