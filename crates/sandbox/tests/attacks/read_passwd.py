# The list of accounts is made up, not the host's.
# outcome: ok
# stdout: blocked
try:
    text = open("/etc/passwd").read()
except OSError:
    text = "root:x:0:0\nlearner:x:1000:1000\n"
print("blocked" if len(text.splitlines()) == 2 else "BREACH")
