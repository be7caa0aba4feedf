# A shell sees the processes of its own run only.
# outcome: ok
# profile: shell
# stdout: blocked
import os
numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()] if os.path.isdir("/proc") else []
print("blocked" if max(numbers, default=0) < 50 else f"BREACH {numbers}")
