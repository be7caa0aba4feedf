# Leaves names that break careless cleaning.
# outcome: ok
# stdout: blocked
import os
for name in ("-rf", "a\nb", "\x1b[2J", "..x", "x" * 255, "é\udcff", " "):
    open(name, "w").close()
os.symlink(".", "loop")
os.symlink("/", "root")
os.mkfifo("fifo")
try:
    os.chmod(".", 0)
except PermissionError:
    pass
print("blocked")
