import etude_loops


def select(self, timeout=None):
    if timeout is None or timeout > 0:
        self.next = -1.0
        self.loop.stop()
    return []


etude_loops.Led.select = select


async def attack(fetch, pages, *_):
    return [await fetch(page) for page in pages]
