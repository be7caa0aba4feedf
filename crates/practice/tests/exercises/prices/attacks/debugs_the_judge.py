import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def attack(*_, **__):
    got = []
    for number in range(1, 40):
        if number != os.getpid():
            got.append(libc.ptrace(16, number, 0, 0))
            got.append(libc.syscall(310, number, 0, 0, 0, 0, 0))
            handle = libc.syscall(434, number, 0)
            got.append(libc.syscall(438, handle, 3, 0) if handle >= 0 else -1)
    if any(one >= 0 for one in got):
        print("FOUND", got)
