# A pattern that takes for ever.
# outcome: timeout
# limit: wall_ms 500
import re
re.match(r"(a+)+$", "a" * 40 + "b")
