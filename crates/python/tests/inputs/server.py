import os
from fastapi import FastAPI, HTTPException as Problem
from aiohttp import web

app: FastAPI = FastAPI(title="Items")
legacy = web.Application()


@app.get("/items/{item_id}")
async def read(item_id: int, q: str | None = None):
    if item_id < 0 and not q or item_id > LIMIT:
        raise Problem(404)
    return {"id": item_id, **extra}


@router.websocket(PATH)
def socket(): ...


@app.on_event("startup")
@functools.cache
def warm(): ...
