# clock: virtual steady real
# file: timing.py
# stdout: ok
"""Every way in which the parts of an asyncio program wait for each other."""

import asyncio

from timing import check, finish, takes


async def times_out(what, seconds, wait):
    with takes(seconds, what):
        try:
            await asyncio.wait_for(wait, seconds)
            check(False, what, "did not time out")
        except asyncio.TimeoutError:
            pass


async def main():
    loop = asyncio.get_running_loop()
    with takes(0.5, "sleep"):
        await asyncio.sleep(0.5)
    with takes(1, "gather"):
        await asyncio.gather(*(asyncio.sleep(n / 5) for n in range(1, 6)))

    await times_out("wait_for a sleep", 0.4, asyncio.sleep(100))
    await times_out("wait_for an event", 0.3, asyncio.Event().wait())
    await times_out("wait_for a queue", 0.3, asyncio.Queue().get())
    await times_out("wait_for a future", 0.3, loop.create_future())
    condition = asyncio.Condition()
    async with condition:
        await times_out("wait_for a condition", 0.3, condition.wait())
    with takes(0.3, "timeout"):
        try:
            async with asyncio.timeout(0.3):
                await asyncio.Event().wait()
            check(False, "the timeout did not come")
        except TimeoutError:
            pass
    with takes(0.2, "a timeout that does not come"):
        async with asyncio.timeout(5):
            await asyncio.sleep(0.2)

    three = asyncio.Semaphore(3)

    async def one_of_three():
        async with three:
            await asyncio.sleep(0.2)

    with takes(0.8, "semaphore", late=0.02):
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(one_of_three())

    barrier = asyncio.Barrier(3)

    async def meets(after):
        await asyncio.sleep(after)
        await barrier.wait()

    with takes(0.3, "barrier"):
        await asyncio.gather(meets(0.1), meets(0.3), meets(0.2))

    event = asyncio.Event()
    with takes(0.3, "call_later"):
        loop.call_later(0.3, event.set)
        await asyncio.wait_for(event.wait(), 10)

    with takes(0.3, "asyncio.wait for the first"):
        tasks = {asyncio.create_task(asyncio.sleep(n, n)) for n in (0.3, 50, 60)}
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    check([task.result() for task in done] == [0.3], "the first was", done)
    with takes(0.2, "asyncio.wait with a timeout"):
        done, pending = await asyncio.wait(pending, timeout=0.2)
    check(not done and len(pending) == 2, "the wait ended with", done)
    [task.cancel() for task in pending]

    with takes(0.3, "as_completed"):
        seen = [await one for one in asyncio.as_completed([asyncio.sleep(n, n) for n in (0.3, 0.1, 0.2)])]
    check(seen == [0.1, 0.2, 0.3], "completed in the order", seen)

    inner = asyncio.create_task(asyncio.sleep(0.4, "inner"))
    with takes(0.4, "shield"):
        await times_out("wait_for a shielded task", 0.2, asyncio.shield(inner))
        check(await inner == "inner", "the shielded task was lost")


asyncio.run(main())
finish()
