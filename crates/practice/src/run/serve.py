# Serves an application in its process: by uvicorn where the course lists it, else by the smallest server that keeps the
# promises of ASGI.


def serve(app, framework, port):
    if framework == "aiohttp":
        from aiohttp import web

        return web.run_app(app, host="127.0.0.1", port=port, print=None)
    if framework == "flask":
        return app.run(host="127.0.0.1", port=port)
    try:
        import uvicorn
    except ImportError:
        uvicorn = None
    if uvicorn is None:
        import asyncio

        return asyncio.run(Asgi(app).run(port))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


class Asgi:
    def __init__(self, app):
        self.app = app

    async def run(self, port):
        import asyncio
        import signal

        self.asyncio = asyncio
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        await self.lifespan("startup")
        server = await asyncio.start_server(self.connected, "127.0.0.1", port)
        await stopped.wait()
        server.close()
        await self.lifespan("shutdown")

    async def lifespan(self, phase):
        if phase == "startup":
            self.events = self.asyncio.Queue()
            self.answers = self.asyncio.Queue()
            self.living = self.asyncio.ensure_future(self.live())
        await self.events.put({"type": "lifespan." + phase})
        answer = self.asyncio.ensure_future(self.answers.get())
        await self.asyncio.wait({answer, self.living}, return_when=self.asyncio.FIRST_COMPLETED)
        if answer.done() and answer.result()["type"].endswith("failed"):
            raise RuntimeError(answer.result().get("message", ""))

    async def live(self):
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        try:
            await self.app(scope, self.events.get, self.answers.put)
        except Exception:
            # An application need not know this part of the promises.
            pass

    async def connected(self, reader, writer):
        try:
            while await self.exchange(reader, writer):
                pass
        except (ConnectionError, self.asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def exchange(self, reader, writer):
        first = await reader.readline()
        if not first.strip():
            return False
        method, target, version = first.decode("latin-1").split()
        headers = []
        while True:
            line = (await reader.readline()).rstrip(b"\r\n")
            if not line:
                break
            name, _, value = line.partition(b":")
            headers.append((name.strip().lower(), value.strip()))
        given = dict(headers)
        if given.get(b"expect", b"").lower() == b"100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await reader.readexactly(int(given.get(b"content-length", 0)))
        await self.request(method, target, headers, body, reader, writer)
        return given.get(b"connection", b"").lower() != b"close" and version != "HTTP/1.0"

    async def request(self, method, target, headers, body, reader, writer):
        import urllib.parse

        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": urllib.parse.unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": writer.get_extra_info("peername")[:2],
            "server": writer.get_extra_info("sockname")[:2],
            "state": {},
        }
        state = {"body": True, "started": False, "chunked": False}

        async def receive():
            if state["body"]:
                state["body"] = False
                return {"type": "http.request", "body": body, "more_body": False}
            await self.asyncio.Event().wait()

        async def send(message):
            if message["type"] == "http.response.start":
                state["started"] = True
                self.head(writer, message["status"], list(message.get("headers", [])), state)
            elif message["type"] == "http.response.body":
                data = b"" if method == "HEAD" else message.get("body", b"")
                if state["chunked"]:
                    data = (b"%x\r\n%s\r\n" % (len(data), data)) if data else b""
                    data += b"" if message.get("more_body") else b"0\r\n\r\n"
                writer.write(data)
                await writer.drain()

        try:
            await self.app(scope, receive, send)
        except Exception:
            import traceback

            traceback.print_exc()
            if not state["started"]:
                await send({"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"text/plain"), (b"content-length", b"21")]})
                await send({"type": "http.response.body", "body": b"Internal Server Error"})

    def head(self, writer, status, headers, state):
        import http

        try:
            reason = http.HTTPStatus(status).phrase
        except ValueError:
            reason = ""
        names = {name.lower() for name, _ in headers}
        if b"content-length" not in names and status >= 200 and status not in (204, 304):
            headers.append((b"transfer-encoding", b"chunked"))
            state["chunked"] = True
        writer.write(b"HTTP/1.1 %d %s\r\n" % (status, reason.encode()))
        for name, value in headers:
            writer.write(name + b": " + value + b"\r\n")
        writer.write(b"\r\n")
