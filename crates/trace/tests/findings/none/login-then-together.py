import asyncio
async def login(): await asyncio.sleep(0.06); return "token"
async def profile(token): await asyncio.sleep(0.06); return token + "p"
async def orders(token): await asyncio.sleep(0.06); return token + "o"
async def main():
    token = await login()
    p, o = await asyncio.gather(profile(token), orders(token))
    print(p, o)
asyncio.run(main())
