"""The same endpoints as an application of FastAPI, served by uvicorn."""

import asyncio
import sys
import time

import fastapi
import uvicorn
from fastapi.responses import PlainTextResponse

app = fastapi.FastAPI(default_response_class=PlainTextResponse)


@app.get("/hello")
def hello():
    return "hello"


@app.get("/async/{seconds}")
async def waits(seconds: float):
    await asyncio.sleep(seconds)
    return "async"


@app.get("/blocking/{seconds}")
async def blocks(seconds: float):
    time.sleep(seconds)
    return "blocking"


@app.get("/sync/{seconds}")
def in_a_thread(seconds: float):
    time.sleep(seconds)
    return "sync"


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
