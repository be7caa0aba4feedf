# Starts a shell by os.system.
# outcome: ok
# stdout: blocked
import os
print("blocked" if os.system("echo BREACH") != 0 else "BREACH")
