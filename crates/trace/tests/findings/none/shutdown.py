import asyncio, contextlib
async def heartbeat(log):
    while True:
        log.append(1); await asyncio.sleep(0.02)
async def main():
    log = []
    hb = asyncio.create_task(heartbeat(log))
    try:
        await asyncio.sleep(0.15)
    finally:
        hb.cancel()
        with contextlib.suppress(asyncio.CancelledError): await hb
    print(len(log) > 3)
asyncio.run(main())
