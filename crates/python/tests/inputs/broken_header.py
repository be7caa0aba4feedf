import asyncio


class Worker:
    """Does one thing."""

    async def run(self):
        # your code here
