# Crashes the interpreter.
# outcome: killed
# stdout: blocked
import ctypes
print("blocked", flush=True)
ctypes.string_at(0)
