# Uses the numbers of the x32 interface.
# outcome: ok
# stdout: blocked
# reduced: skip
import ctypes, mmap, os
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes([0xb8, 39, 0, 0, 0x40, 0x0f, 0x05, 0xc3]))
function = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
pid = os.fork()
if pid == 0:
    os._exit(7 if function() > 0 else 1)
print("blocked" if os.wait()[1] != 7 << 8 else "BREACH")
