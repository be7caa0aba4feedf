# Nothing of the host's environment is inherited, at Python's or at C's level.
# outcome: ok
# stdout: blocked
import os, ctypes
libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p
names = ("CARGO", "LD_PRELOAD", "ETUDE_GUEST", "ETUDE_AVOID", "SSH_AUTH_SOCK", "CARGO_MANIFEST_DIR", "RUSTUP_HOME")
found = [n for n in names if n in os.environ or libc.getenv(n.encode())]
print("blocked" if not found and os.environ["HOME"] == os.getcwd() else f"BREACH {found}")
