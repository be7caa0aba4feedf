# Cuts the file of the run's clock under those who have it mapped. It ends its own run, and nothing else.
# outcome: ok killed
# profile: process
# reduced: skip
import os, time
try:
    os.truncate("/sandbox/.clock", 0)
    time.sleep(0.01)
except OSError:
    pass
print("cut")
