import subprocess
import time

writer = subprocess.Popen(["sleep", "1000"])
time.sleep(2)
print("read enough")
