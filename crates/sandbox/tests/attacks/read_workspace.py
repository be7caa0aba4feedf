# Opens /work/main/Cargo.toml, which is not the run's.
# outcome: ok
# stdout: blocked
try:
    result = open('/work/main/Cargo.toml', "rb").read(64)
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
