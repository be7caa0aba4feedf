# Children write without end after their parent has gone.
# outcome: output
# reduced: skip
import os
for _ in range(4):
    if os.fork() == 0:
        while True:
            os.write(1, b"A" * 4096)
while True:
    os.write(2, b"B" * 4096)
