"""Jobs as tasks: started, watched, cancelled, and never left behind."""
import asyncio


def start_all(work, names):
    """Makes a task of `work(name)` for each name and returns the tasks, in that order. Each task bears its name."""
    return [asyncio.create_task(work(name)) for name in names]


async def watch(tasks, every, report):
    """Calls `report(done, total)` at once, then every `every` seconds, and a last time when all tasks are done."""
    waiting = set(tasks)
    while True:
        report(len(tasks) - len(waiting), len(tasks))
        if not waiting:
            return
        _, waiting = await asyncio.wait(waiting, timeout=every)


async def stop_after(tasks, seconds):
    """Gives the tasks so many seconds, cancels the rest, waits until these have ended, and returns their names."""
    if not tasks:
        return []
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)
    return [task.get_name() for task in tasks if task in late]


async def run_together(work, names):
    """Runs `work(name)` for all names side by side and returns the results in order. Leaves nothing behind."""
    tasks = start_all(work, names)
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
