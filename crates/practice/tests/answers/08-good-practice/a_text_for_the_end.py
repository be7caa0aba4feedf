"""A feed: fetched with patience, handed on through a queue, and over when it is over."""
import asyncio

# The end of the feed. The producer puts it into the queue once for each consumer.
DONE = "the end"


def pauses(first, factor, most, count):
    """A list of `count` pauses: `first`, and each `factor` times the one before, but never more than `most`."""
    found, pause = [], first
    for _ in range(count):
        found.append(min(pause, most))
        pause *= factor
    return found


async def patiently(fetch, url, waits):
    """`await fetch(url)`, again after each of the pauses `waits` while it raises `OSError`; then that error."""
    for pause in waits:
        try:
            return await fetch(url)
        except OSError:
            await asyncio.sleep(pause)
    return await fetch(url)


async def produce(queue, items, consumers):
    """Puts all items into the queue, and then `DONE` once for each consumer."""
    for item in items:
        await queue.put(item)
    for _ in range(consumers):
        await queue.put(DONE)


async def consume(queue, handle, failed):
    """Handles items of the queue until there is `DONE`; returns how many. Failures go to `failed` as `(item, error)`."""
    handled = 0
    while (item := await queue.get()) != DONE:
        try:
            await handle(item)
            handled += 1
        except Exception as error:
            failed.append((item, error))
    return handled


async def run(items, handle, consumers, room):
    """One producer, some consumers, and a queue with room for `room` items: `(how many were handled, failures)`."""
    queue, failed = asyncio.Queue(room), []
    async with asyncio.TaskGroup() as group:
        group.create_task(produce(queue, items, consumers))
        tasks = [group.create_task(consume(queue, handle, failed)) for _ in range(consumers)]
    return sum(task.result() for task in tasks), failed
