# Opens /dev/kvm, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/dev/kvm', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
