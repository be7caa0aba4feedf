# Starts a program by subprocess.
# outcome: ok
# stdout: blocked
import subprocess
try:
    result = subprocess.run(["/usr/bin/id"], capture_output=True)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
