import asyncio, threading, time

def download(n):
    time.sleep(0.15)
    return n

async def main():
    loop = asyncio.get_running_loop()
    print(await asyncio.gather(*(loop.run_in_executor(None, download, n) for n in range(3))))

threads = [threading.Thread(target=download, args=(n,)) for n in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
asyncio.run(main())
