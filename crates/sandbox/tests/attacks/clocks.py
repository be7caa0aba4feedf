# Sets the clocks.
# outcome: ok
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])
buffer = ctypes.create_string_buffer(512)

calls = {
    "settimeofday": (164, 0, 0),
    "clock_settime": (227, 0, buffer),
    "adjtimex": (159, buffer),
    "clock_adjtime": (305, 0, buffer),
}
for name, arguments in calls.items():
    if call(*arguments) >= 0:
        print("BREACH", name)
print("blocked")
