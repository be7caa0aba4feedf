# Changes the machine.
# outcome: ok
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])

calls = {
    "swapon": (167, b"x", 0),
    "sethostname": (170, b"x", 1),
    "setdomainname": (171, b"x", 1),
    "syslog": (103, 3, 0, 0),
    "iopl": (172, 3),
    "ioperm": (173, 0, 1, 1),
    "acct": (163, b"x"),
    "quotactl": (179, 0, 0, 0, 0),
    "vhangup": (153,),
}
for name, arguments in calls.items():
    if call(*arguments) >= 0:
        print("BREACH", name)
print("blocked")
