def cups(): return 1 + 1
