import threading
import time

def download(n):
    time.sleep(0.1 * n)
    print("got", n)

threads = [threading.Thread(target=download, args=(n,), name=f"download-{n}") for n in (1, 2, 3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
