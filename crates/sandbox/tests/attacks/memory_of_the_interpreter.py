# The warm interpreter holds nothing of other runs.
# outcome: ok
# stdout: blocked
import gc
mark = "secret-" + "of-another-run"
hits = [o for o in gc.get_objects() if isinstance(o, (dict, list)) and any(isinstance(v, str) and v == mark for v in (o.values() if isinstance(o, dict) else o))]
print("blocked" if all(mark in h.values() if isinstance(h, dict) else True for h in hits) and len(hits) <= 2 else "BREACH")
