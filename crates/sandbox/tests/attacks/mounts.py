# Mounts, moves and binds.
# outcome: ok
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])

calls = {
    "mount": (165, b"none", b"/sandbox", b"tmpfs", 0, 0),
    "umount": (166, b"/sandbox", 2),
    "fsopen": (430, b"tmpfs", 0),
    "open_tree": (428, -100, b"/", 1),
    "move_mount": (429, 0, 0, 0, 0, 0),
    "pivot_root": (155, b".", b"."),
    "chroot": (161, b"."),
    "mount_setattr": (442, 0, 0, 0, 0, 0),
    "umount_proc": (166, b"/proc", 2),
}
for name, arguments in calls.items():
    if call(*arguments) >= 0:
        print("BREACH", name)
print("blocked")
