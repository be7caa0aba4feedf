import asyncio
calls = 0
async def unreliable():
    global calls
    calls += 1; await asyncio.sleep(0.05)
    if calls < 4: raise ConnectionError
    return "ok"
async def retry(f, times):
    delay = 0.02
    for n in range(times):
        try: return await f()
        except ConnectionError:
            await asyncio.sleep(delay); delay *= 2
async def main(): print(await retry(unreliable, 6))
asyncio.run(main())
