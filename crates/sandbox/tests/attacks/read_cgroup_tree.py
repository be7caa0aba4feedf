# Opens /sys/fs/cgroup/memory/memory.limit_in_bytes, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/sys/fs/cgroup/memory/memory.limit_in_bytes', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
