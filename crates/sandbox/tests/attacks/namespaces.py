# Makes and enters namespaces.
# outcome: ok
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])

calls = {
    "unshare_user": (272, 0x10000000),
    "unshare_mount": (272, 0x20000),
    "unshare_net": (272, 0x40000000),
    "setns": (308, 0, 0),
    "clone_user": (56, 0x10000000 | 17, 0, 0, 0, 0),
    "clone_pid": (56, 0x20000000 | 17, 0, 0, 0, 0),
}
for name, arguments in calls.items():
    if call(*arguments) >= 0:
        print("BREACH", name)
print("blocked")
