async def download_all(fetch, pages):
    pass


async def download_some(fetch, pages, at_once):
    pass


async def patiently(fetch, page):
    pass


async def in_time(fetch, page, seconds):
    pass


async def numbered(pages):
    pass
