# The shell profile sees no more of the host than the others.
# outcome: ok
# profile: shell
# stdout: blocked
# must-not: root:
import subprocess
print(subprocess.run("cat /etc/shadow /root/.bashrc /proc/1/environ; ls /root/.ssh /srv /sys /var; echo blocked", shell=True, capture_output=True, text=True).stdout)
