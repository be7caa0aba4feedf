async def attack(fetch, pages, *_):
    return await fetch(attack(fetch, pages))
