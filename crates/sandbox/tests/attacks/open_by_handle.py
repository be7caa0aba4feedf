# Files cannot be opened by their handle.
# outcome: ok
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])

try:
    result = (_ for _ in ()).throw(OSError) if call(304, -100, b"x", 0) < 0 else "opened"
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
