import threading

def count(n):
    found = 0
    for i in range(n):
        found += i * i % 7 == 1
    return found

threads = [threading.Thread(target=count, args=(3_000_000,)) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
