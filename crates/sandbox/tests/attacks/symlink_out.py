# A link in the work folder leads nowhere.
# outcome: ok
# stdout: blocked
import os
os.symlink("/etc/shadow", "out")
try:
    result = open("out").read()
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
