# Raises its own CPU limit.
# outcome: ok
# stdout: blocked
import resource
try:
    result = resource.setrlimit(resource.RLIMIT_CPU, (resource.RLIM_INFINITY,) * 2)
except (OSError, ValueError) as error:
    print("blocked")
else:
    print("BREACH", result)
