# Claims success with a patched interpreter after it has failed.
# outcome: failed
# stdout: blocked
import builtins, os, sys
builtins.print = lambda *a, **k: None
sys.excepthook = lambda *a: os._exit(0)
os.write(1, b"blocked\n")
raise SystemExit(5)
