import asyncio
import threading


def run(fetch, pages, answers):
    async def main():
        answers.extend([await fetch(page) for page in pages])

    asyncio.run(main())


async def attack(fetch, pages, *_):
    answers = []
    thread = threading.Thread(target=run, args=(fetch, pages, answers), daemon=True)
    thread.start()
    thread.join(5)
    return answers
