async def attack(_fetch, pages, *_):
    return [page.upper() for page in pages]
