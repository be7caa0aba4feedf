# The second half: listens on the run's ports and answers. It has the process to itself, and no timer while nobody asks,
# so that the run's clock sees it asleep.
import asyncio
import os
import socket
from email.utils import formatdate
from http import HTTPStatus

try:
    import ssl
except ImportError:
    # An interpreter without it has no client that would ask either.
    ssl = None

HTTP, HTTPS, TOLD = 3, 4, 5
ANSWERS = 0x3FFFFFF3
MOST_ASKED = 16 << 20


def prepare(scratch):
    """Waits for what it is told: hosts, certificate and key."""
    pieces = []
    while True:
        piece = os.read(TOLD, 1 << 16)
        if not piece:
            break
        pieces.append(piece)
    told = json.loads(b"".join(pieces))
    context = None
    if ssl:
        # It is only ever read from a file.
        path = os.path.join(scratch, b".key")
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(file, told["certificate"].encode())
        os.close(file)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.fsdecode(path))
        context.set_alpn_protocols(["http/1.1"])
        os.unlink(path)
    hosts = {name: one for one in told["stand_ins"] for name in one["hosts"]}
    return hosts, context


def serve(state):
    hosts, context = state
    asyncio.new_event_loop().run_until_complete(listen(hosts, context))


async def listen(hosts, context):
    loop = asyncio.get_running_loop()
    servers = []
    for port, scheme, tls in ((HTTP, "http", None), (HTTPS, "https", context)):
        listener = socket.socket(fileno=port)
        if scheme == "https" and tls is None:
            listener.close()
            continue
        servers.append(await loop.create_server(lambda scheme=scheme: Connection(hosts, scheme), sock=listener, ssl=tls))
    await loop.create_future()


class Connection(asyncio.Protocol):
    answered = 0

    def __init__(self, hosts, scheme):
        self.hosts, self.scheme, self.asked = hosts, scheme, b""
        self.task, self.waits, self.ended = None, False, False

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.asked += data
        if len(self.asked) > MOST_ASKED:
            self.transport.abort()
        elif self.task is None:
            self.next()

    def eof_received(self):
        # Who has only said all that there is to say still wants the answer; who gave up waiting does not.
        self.ended = True
        if self.task and self.waits:
            self.task.cancel()
        return bool(self.task) and not self.waits

    def connection_lost(self, error):
        if self.task:
            self.task.cancel()

    def next(self):
        try:
            request, self.asked = taken(self.asked, self.scheme, self.transport.write)
        except ValueError:
            self.send(None, Answer(400, b"Bad Request\n"))
            self.transport.close()
            return
        if request:
            self.task = asyncio.ensure_future(self.reply(request))
        elif self.ended:
            self.transport.close()

    async def reply(self, request):
        told = self.hosts.get(request.host)
        if told is None:
            made = Answer(421, ("There is no stand-in for `%s`\n" % request.host).encode())
            made.known = False
        else:
            made = answer(told, request, Connection.answered)
        Connection.answered += 1
        said = "exact" if made.known and made.exact else "known" if made.known else "unknown"
        fields = request.host, request.method, request.path[:300], str(made.status), said
        line = "\0".join(field.replace("\0", "").replace("\n", " ") for field in fields) + "\n"
        os.write(ANSWERS, line.encode("utf-8", "replace"))
        if made.delay:
            self.waits = True
            await asyncio.sleep(made.delay)
            self.waits = False
        self.send(request, made)
        self.task = None
        if request.header("connection").lower() == "close":
            self.transport.close()
        else:
            self.next()

    def send(self, request, made):
        try:
            reason = HTTPStatus(made.status).phrase
        except ValueError:
            reason = ""
        headers = [("Date", formatdate(usegmt=True)), ("Server", "etude-stand-in")] + made.headers
        chunked = len(made.pieces) > 1
        bare = made.status in (204, 304)
        if chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        elif not bare:
            headers.append(("Content-Length", str(len(made.pieces[0]))))
        lines = ["HTTP/1.1 %d %s" % (made.status, reason)] + ["%s: %s" % header for header in headers]
        self.transport.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace"))
        if bare or request and request.method == "HEAD":
            return
        for piece in made.pieces:
            self.transport.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        if chunked:
            self.transport.write(b"0\r\n\r\n")


def taken(data, scheme, write):
    """The first whole request of what was received, and what is left behind it."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        return None, data
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    if "://" in target:
        target = "/" + target.split("://", 1)[1].partition("/")[2]
    request = Request(scheme, method, target, headers, b"")
    if request.header("transfer-encoding").lower() == "chunked":
        request.body, rest = unchunked(rest)
    else:
        length = int(request.header("content-length") or 0)
        request.body, rest = (rest[:length], rest[length:]) if len(rest) >= length else (None, rest)
    if request.body is None:
        if request.header("expect").lower() == "100-continue" and not rest:
            write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return None, data
    return request, rest


def unchunked(data):
    body = b""
    while True:
        size, end, data = data.partition(b"\r\n")
        count = int(size.split(b";")[0], 16) if end else 0
        if not end or len(data) < count + 2:
            return None, b""
        body, data = body + data[:count], data[count + 2 :]
        if count == 0:
            return body, data
