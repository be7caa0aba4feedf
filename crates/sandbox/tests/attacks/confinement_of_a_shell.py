# The shell profile refuses the same.
# outcome: ok
# profile: shell
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])
buffer = ctypes.create_string_buffer(128)

calls = {
    "mount": (165, b"none", b"/sandbox", b"tmpfs", 0, 0),
    "unshare": (272, 0x10000000),
    "ptrace": (101, 0, 0, 0, 0),
    "bpf": (321, 0, buffer, 128),
    "execveat": (322, -100, b"/bin/true", 0, 0, 0),
}
for name, arguments in calls.items():
    if call(*arguments) >= 0:
        print("BREACH", name)
print("blocked")
