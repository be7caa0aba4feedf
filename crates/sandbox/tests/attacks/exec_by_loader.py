# Gives a file of its own to the dynamic loader.
# outcome: ok
# profile: process
# stdout: blocked
import shutil, subprocess
shutil.copy("/usr/bin/id", "tool")
try:
    done = subprocess.run(["/lib64/ld-linux-x86-64.so.2", "./tool"], capture_output=True, text=True)
    print("blocked" if "uid=" not in done.stdout else "BREACH")
except OSError:
    print("blocked")
