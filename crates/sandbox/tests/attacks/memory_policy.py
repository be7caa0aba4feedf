# Moves pages and makes secret ones.
# outcome: ok
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])

calls = {
    "move_pages": (279, 0, 0, 0, 0, 0, 0),
    "migrate_pages": (256, 0, 0, 0, 0),
    "mbind": (237, 0, 0, 0, 0, 0, 0),
    "set_mempolicy": (238, 0, 0, 0),
    "memfd_secret": (447, 0),
    "mlockall": (151, 3),
    "pkey_alloc": (330, 0, 0),
}
for name, arguments in calls.items():
    if call(*arguments) >= 0:
        print("BREACH", name)
print("blocked")
