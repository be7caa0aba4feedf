# Looks into other processes.
# outcome: ok
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])

calls = {
    "traceme": (101, 0, 0, 0, 0),
    "attach": (101, 16, 1, 0, 0),
    "seize": (101, 0x4206, 1, 0, 0),
    "readv": (310, 1, 0, 0, 0, 0, 0),
    "writev": (311, 1, 0, 0, 0, 0, 0),
    "getfd": (438, 3, 0, 0),
    "kcmp": (312, 1, 1, 0, 0, 0),
    "madvise": (440, 0, 0, 0, 0, 0),
}
for name, arguments in calls.items():
    if call(*arguments) >= 0:
        print("BREACH", name)
print("blocked")
