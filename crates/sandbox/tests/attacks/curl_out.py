# A shell's tools reach nothing either.
# outcome: ok
# profile: shell
# stdout: blocked
import subprocess
done = subprocess.run("curl -m 1 -s http://1.1.1.1/ || echo blocked", shell=True, capture_output=True, text=True)
print(done.stdout)
