# Starts a program that the process profile does not list.
# outcome: ok
# profile: process
# stdout: blocked
import subprocess
try:
    result = subprocess.run(["/usr/bin/id"], capture_output=True)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
