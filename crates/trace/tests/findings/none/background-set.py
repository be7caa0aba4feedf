import asyncio
running = set()
def spawn(coro):
    t = asyncio.create_task(coro); running.add(t); t.add_done_callback(running.discard)
async def audit(n):
    await asyncio.sleep(0.02)
async def main():
    for n in range(5): spawn(audit(n)); await asyncio.sleep(0.01)
    while running: await asyncio.sleep(0.01)
asyncio.run(main())
