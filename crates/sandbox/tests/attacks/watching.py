# Watches the file system from above.
# outcome: ok
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])
buffer = ctypes.create_string_buffer(512)

calls = {
    "fanotify": (300, 0, 0),
    "name_to_handle": (303, -100, b".", buffer, buffer, 0),
    "lookup_dcookie": (212, 0, 0, 0),
}
for name, arguments in calls.items():
    if call(*arguments) >= 0:
        print("BREACH", name)
print("blocked")
