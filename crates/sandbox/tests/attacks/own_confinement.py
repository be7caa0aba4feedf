# Loosens what confines it.
# outcome: ok
# stdout: blocked
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *[ctypes.c_long(x) if isinstance(x, int) else x for x in arguments])
buffer = ctypes.create_string_buffer(128)

calls = {
    "seccomp": (317, 1, 0, buffer),
    "landlock": (444, 0, 0, 1),
    "dumpable": (157, 4, 1, 0, 0, 0),
    "deathsig": (157, 1, 0, 0, 0, 0),
    "subreaper": (157, 36, 1, 0, 0, 0),
    "securebits": (157, 28, 0, 0, 0, 0),
    "keepcaps": (157, 8, 1, 0, 0, 0),
    "prlimit": (302, 0, 7, buffer, 0),
    "setrlimit": (160, 7, buffer),
}
for name, arguments in calls.items():
    if call(*arguments) >= 0:
        print("BREACH", name)
print("blocked")
