import asyncio
async def price(sym): await asyncio.sleep(0.07); return len(sym)
async def main():
    syms = ["A", "BB", "CCC", "DDDD"]
    prices = {s: await price(s) for s in syms}
    print(prices)
asyncio.run(main())
