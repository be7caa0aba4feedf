import asyncio
import subprocess
import time


async def main():
    child = await asyncio.create_subprocess_exec("sleep", "1000")
    await asyncio.sleep(1)
    child.terminate()
    print(await child.wait())
    # What is left of asyncio's own is killed with it.
    await asyncio.create_subprocess_exec("sleep", "1000")


quick = subprocess.Popen(["sleep", "0.1"])
with subprocess.Popen(["sleep", "1"]) as waited_for:
    print(waited_for.pid > 0)
daemon = subprocess.Popen(["sleep", "1000"], start_new_session=True)
asyncio.run(main())
time.sleep(1)
