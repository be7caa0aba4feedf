# Lists /opt.
# outcome: ok
# stdout: blocked
import os
try:
    result = [n for n in os.listdir('/opt') if n != ".pyenv"] or 1/0
except (OSError, ZeroDivisionError) as error:
    print("blocked")
else:
    print("BREACH", result)
