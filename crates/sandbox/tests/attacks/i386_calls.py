# Uses the 32-bit interface, whose numbers mean something else.
# outcome: ok
# stdout: blocked
# reduced: skip
import ctypes, mmap, os
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3]))
function = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
pid = os.fork()
if pid == 0:
    os._exit(7 if function() > 0 else 1)
print("blocked" if os.wait()[1] != 7 << 8 else "BREACH")
