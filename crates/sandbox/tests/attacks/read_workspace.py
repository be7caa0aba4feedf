# Opens Cargo.toml in the folder that pid 1 started in, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/proc/1/cwd/Cargo.toml', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
