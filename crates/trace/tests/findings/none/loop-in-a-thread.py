import asyncio, threading
def run_loop(loop): asyncio.set_event_loop(loop); loop.run_forever()
async def job(n): await asyncio.sleep(0.03); return n
loop = asyncio.new_event_loop()
t = threading.Thread(target=run_loop, args=(loop,)); t.start()
fs = [asyncio.run_coroutine_threadsafe(job(n), loop) for n in range(3)]
print([f.result() for f in fs])
loop.call_soon_threadsafe(loop.stop); t.join(); loop.close()
