# Sends control sequences; they arrive as bytes and harm nobody here.
# outcome: ok
# stdout: blocked
import sys
sys.stdout.buffer.write(b"\x1b]0;owned\x07\x1b[2J\x00\xff\xe2\x80\xae\x9b31m\r\x08\nblocked\n")
