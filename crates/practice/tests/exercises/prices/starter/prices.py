class Price:
    def __init__(self, cents):
        pass


def total(prices):
    pass


def shown(cents):
    pass


async def fetched(fetch, names):
    pass
