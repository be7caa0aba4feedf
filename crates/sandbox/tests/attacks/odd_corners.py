# Calls few programs need.
# outcome: ok
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])

calls = {
    "modify_ldt": (154, 0, 0, 0),
    "personality": (135, 0x0040000),
    "uselib": (134, b"/x"),
    "vmsplice": (278, 0, 0, 0, 0),
    "ioprio": (251, 1, 0, 0),
    "sched_setattr": (314, 0, 0, 0),
    "statmount": (457, 0, 0, 0, 0),
    "listmount": (458, 0, 0, 0, 0),
    "process_mrelease": (448, 0, 0),
    "quotactl_fd": (443, 0, 0, 0, 0),
}
for name, arguments in calls.items():
    if call(*arguments) >= 0:
        print("BREACH", name)
print("blocked")
