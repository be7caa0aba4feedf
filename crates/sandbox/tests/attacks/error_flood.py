# Writes to stderr without end.
# outcome: output
import sys
while True:
    sys.stderr.write("A" * 65536)
