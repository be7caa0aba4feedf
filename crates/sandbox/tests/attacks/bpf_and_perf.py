# Loads programs into the kernel and measures it.
# outcome: ok
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])
buffer = ctypes.create_string_buffer(128)

calls = {
    "bpf": (321, 0, buffer, 128),
    "perf": (298, buffer, 0, -1, -1, 0),
    "userfaultfd": (323, 0),
}
for name, arguments in calls.items():
    if call(*arguments) >= 0:
        print("BREACH", name)
print("blocked")
