# Changes modules in memory; the next run gets its own.
# outcome: ok
# stdout: blocked
import os, sys, builtins, asyncio, random, time
print("blocked", flush=True)
os.listdir = lambda *a: ["leak"]
random.random = time.time = lambda: 0
builtins.sorted = lambda x: ["leak"]
asyncio.run = None
sys.modules.clear()
os._exit(0)
