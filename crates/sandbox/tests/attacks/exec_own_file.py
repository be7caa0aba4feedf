# Executes a file it wrote.
# outcome: ok
# profile: server
# stdout: blocked
import os, shutil, subprocess
shutil.copy("/usr/bin/id", "tool")
os.chmod("tool", 0o755)
try:
    result = subprocess.run(["./tool"], capture_output=True)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
