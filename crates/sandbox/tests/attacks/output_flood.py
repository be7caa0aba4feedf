# Writes to stdout without end.
# outcome: output
import sys
while True:
    sys.stdout.write("A" * 65536)
