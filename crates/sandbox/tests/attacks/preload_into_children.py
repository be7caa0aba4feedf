# A library preloaded into children changes nothing outside them.
# outcome: ok
# profile: process
# stdout: blocked
import os, subprocess, sys
os.environ["LD_PRELOAD"] = "/sandbox/work/x.so"
done = subprocess.run([sys.executable, "-c", "print('blocked')"], capture_output=True, text=True)
print(done.stdout)
