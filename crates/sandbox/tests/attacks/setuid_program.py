# A set-user-id program gives no rights.
# outcome: ok
# profile: shell
# stdout: blocked
import subprocess
done = subprocess.run("for p in /usr/bin/su /usr/bin/passwd /usr/bin/mount /usr/bin/newgrp; do echo | $p 2>/dev/null; done; id -u", shell=True, capture_output=True, text=True)
import os
print("blocked" if done.stdout.strip().splitlines()[-1] == str(os.getuid()) else "BREACH")
