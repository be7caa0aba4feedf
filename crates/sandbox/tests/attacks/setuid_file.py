# A set-user-id file gives no rights.
# outcome: ok
# stdout: blocked
import os
open("su", "w").write("x")
try:
    os.chmod("su", 0o4755)
    os.chown("su", 0, 0)
except OSError:
    pass
print("blocked" if os.stat("su").st_uid == os.getuid() else "BREACH")
