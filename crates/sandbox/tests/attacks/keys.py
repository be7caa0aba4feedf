# Uses the kernel's key rings.
# outcome: ok
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])

calls = {
    "keyctl": (250, 0, -3, 1),
    "add_key": (248, b"user", b"x", b"y", 1, -2),
    "request_key": (249, b"user", b"x", 0, 0),
}
for name, arguments in calls.items():
    if call(*arguments) >= 0:
        print("BREACH", name)
print("blocked")
