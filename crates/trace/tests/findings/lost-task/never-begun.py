import asyncio
async def send_mail(n):
    await asyncio.sleep(0.2); print("sent", n)
async def handler(n):
    asyncio.create_task(send_mail(n)); return n
async def main(): print([await handler(n) for n in range(3)])
asyncio.run(main())
