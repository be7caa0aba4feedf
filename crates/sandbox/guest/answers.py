# What a stand-in answers: from what it is told of a host and a request to an answer, without a look at the world.
# It is no module, but the first half of what `stand_ins.rs` runs, for every Python from 3.8 on.
import base64
import gzip
import hashlib
import json
import re
import uuid
import zlib
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl, unquote

PLACE = re.compile(r"\{([A-Za-z_][\w.-]*)(?::([^{}]+))?\}")
MOST_BYTES = 100 * 1024


class Request:
    def __init__(self, scheme, method, target, headers, body):
        self.scheme, self.method, self.headers, self.body = scheme, method, headers, body
        path, _, self.query = target.partition("?")
        self.path = unquote(path) or "/"
        self.target = target
        self.host = self.header("host").rpartition("@")[2].split(":")[0].lower()

    def header(self, wanted):
        return ", ".join(value for name, value in self.headers if name.lower() == wanted)


class Answer:
    def __init__(self, status, body=b"", headers=(), kind="text/plain; charset=utf-8"):
        self.status, self.headers, self.delay = status, list(headers), 0.0
        # Whether it had been told what to say here, and whether the host itself would say the same.
        self.known, self.exact = True, True
        # Several pieces are sent one by one.
        self.pieces = body if isinstance(body, list) else [body]
        if not any(name.lower() == "content-type" for name, _ in self.headers):
            self.headers.append(("Content-Type", kind))


def answer(told, request, number):
    """`told` holds what the host's names lead to; `number` is how many requests were answered before."""
    try:
        route, values, others = find(told, request)
        if route is None:
            return unknown(request, others)
        names = scope(request, number, told.get("words", []))
        names.update(values)
        made = of_collection(route, values, request, names) if "collection" in route else of_route(route, request, names)
    except Exception as error:
        # Whoever asked would wait for ever, and be blamed for it.
        made = Answer(400, ("%s\n" % error).encode("utf-8", "replace"))
        made.known = False
        return made
    made.exact = route.get("collection", route).get("exact", True)
    return made


def unknown(request, others):
    made = Answer(404, ("The stand-in for %s does not know %s %s\n" % (request.host, request.method, request.path)).encode())
    if others:
        made = Answer(405, b"Method Not Allowed\n", [("Allow", ", ".join(sorted(others)))])
    # The host may know more methods than it was told of.
    made.known = False
    return made


def find(told, request):
    """The first route that fits, with what its path has in the places; else the methods that would have fitted."""
    others = set()
    for route in routes(told):
        found = re.fullmatch(pattern(route["path"]), request.path)
        if not found:
            continue
        methods = route.get("methods") or ["GET", "HEAD"]
        if request.method in methods or "ANY" in methods:
            return route, found.groupdict(), others
        others.update(methods)
    return None, {}, others


def routes(told):
    yield from told.get("routes", [])
    for one in told.get("collections", []):
        yield {"path": one["path"], "methods": ["GET", "HEAD", "POST"], "collection": one, "part": "all"}
        changes = ["GET", "HEAD", "PUT", "PATCH", "DELETE"]
        yield {"path": one["path"] + "/{id}", "methods": changes, "collection": one, "part": "one"}
        for path, key in one.get("within", {}).items():
            yield {"path": path, "collection": one, "part": key}


def pattern(path):
    """`{name}` is one part of a path, `{name:path}` all that follow."""
    parts = re.split(r"\{(\w+)(:path)?\}", path)
    text = re.escape(parts[0])
    for name, rest, literal in zip(parts[1::3], parts[2::3], parts[3::3]):
        text += "(?P<%s>%s)%s" % (name, ".*" if rest else "[^/]+", re.escape(literal))
    return text


def of_route(route, request, names):
    if "auth" in route:
        wanted = base64.b64encode(fill(route["auth"], names).encode()).decode()
        if request.header("authorization") != "Basic " + wanted:
            return Answer(401, b"", [("WWW-Authenticate", 'Basic realm="stand-in"')])
    headers = [(name, str(fill(value, names))) for name, value in route.get("headers", {}).items()]
    status = int(fill(route.get("status", 200), names))
    if not 200 <= status <= 599:
        raise ValueError("%d is no status that can be answered" % status)
    if "json" in route:
        one = lambda: json.dumps(fill(json.loads(route["json"]), names), indent=2, ensure_ascii=False).encode() + b"\n"
        kind = "application/json"
    elif "bytes" in route:
        one = lambda: noise(min(int(fill(route["bytes"], names)), MOST_BYTES))
        kind = "application/octet-stream"
    elif "base64" in route:
        one = lambda: base64.b64decode(route["base64"])
        kind = "application/octet-stream"
    else:
        one = lambda: str(fill(route.get("body", ""), names)).encode()
        kind = "text/html; charset=utf-8" if route.get("body", "").lstrip().startswith("<") else "text/plain; charset=utf-8"
    if "repeat" in route:
        body = []
        for names["index"] in range(min(int(fill(route["repeat"], names)), 100)):
            # A line each.
            body.append(b" ".join(one().split()) + b"\n")
    else:
        body = one()
        if route.get("encoding") == "gzip":
            body = gzip.compress(body, mtime=0)
        elif route.get("encoding") == "deflate":
            body = zlib.compress(body)
        if "encoding" in route:
            headers.append(("Content-Encoding", route["encoding"]))
    made = Answer(status, body, headers, kind)
    made.delay = max(0.0, float(fill(route.get("delay", 0), names)))
    return made


def of_collection(route, values, request, names):
    one, part = route["collection"], route["part"]
    template = json.loads(one["item"])

    def item(number):
        return fill(template, dict(names, id=number))

    def send(status, value):
        return Answer(status, json.dumps(value, indent=2, ensure_ascii=False).encode(), kind="application/json; charset=utf-8")

    given = names["json"] if isinstance(names["json"], dict) else dict(names["form"])
    if part == "one":
        number = int(names["id"]) if names["id"].isdigit() else 0
        if not 1 <= number <= one["count"]:
            return send(404, {})
        if request.method == "DELETE":
            return send(200, {})
        before = {} if request.method == "PUT" else item(number)
        return send(200, dict(before, **dict(given, id=number)) if request.method in ("PUT", "PATCH") else before)
    if request.method == "POST":
        return send(201, dict(given, id=one["count"] + 1))
    wanted = dict(parse_qsl(request.query))
    if part != "all":
        wanted.update((part, value) for value in values.values())
    items = [item(number + 1) for number in range(one["count"])]
    kept = [it for it in items if all(plain(it[key]) == value for key, value in wanted.items() if key in it)]
    size = int(wanted.get("_limit", len(kept)))
    start = int(wanted.get("_start", (int(wanted.get("_page", 1)) - 1) * size))
    return send(200, kept[start : start + size])


def scope(request, number, words):
    """What places may name."""
    many = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        many.setdefault(name, []).append(value)
    headers = {}
    for name, value in request.headers:
        name = "-".join(part.capitalize() for part in name.split("-"))
        headers[name] = headers[name] + "," + value if name in headers else value
    kind = request.header("content-type")
    text = request.body.decode("utf-8", "replace")
    form, files = {}, {}
    if kind.startswith("application/x-www-form-urlencoded"):
        form, text = dict(parse_qsl(text, keep_blank_values=True)), ""
    elif kind.startswith("multipart/form-data"):
        head = b"Content-Type: " + kind.encode() + b"\r\n\r\n"
        for part in BytesParser(policy=HTTP).parsebytes(head + request.body).iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
            (files if part.get_filename() else form)[name] = content
        text = ""
    try:
        value = json.loads(text) if text else None
    except ValueError:
        value = None
    cookies = (pair.strip().partition("=") for pair in request.header("cookie").split(";") if "=" in pair)
    return {
        "method": request.method,
        "host": request.host,
        "path": request.path,
        "url": "%s://%s%s" % (request.scheme, request.header("host"), request.target),
        "origin": "%s://%s" % (request.scheme, request.header("host")),
        # Of those that no machine has.
        "address": "203.0.113.7",
        "query": {name: values[0] if len(values) == 1 else values for name, values in many.items()},
        "headers": headers,
        "cookies": {name: value for name, _, value in cookies},
        "data": text,
        "json": value,
        "form": form,
        "files": files,
        "uuid": str(uuid.UUID(bytes=hashlib.sha256(b"uuid %d" % number).digest()[:16], version=4)),
        "words": words,
    }


def fill(value, names):
    """Puts in what the places name. A text that is one place becomes what that is, whatever its type."""
    if isinstance(value, dict):
        return {key: fill(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, names) for inner in value]
    if not isinstance(value, str):
        return value
    whole = PLACE.fullmatch(value)
    if whole and is_known(whole, names):
        return value_of(whole, names)
    return PLACE.sub(lambda place: plain(value_of(place, names)) if is_known(place, names) else place.group(), value)


def is_known(place, names):
    return place.group(1).partition(".")[0] in names


def value_of(place, names):
    name, dot, inner = place.group(1).partition(".")
    value = names[name]
    if dot:
        value = {str(key).lower(): it for key, it in value.items()}.get(inner.lower()) if isinstance(value, dict) else None
    how, _, argument = (place.group(2) or "").partition(" ")
    low, dots, high = how.partition("..")
    if dots:
        return min(max(float(value or 0), float(low)), float(high))
    if how in ("int", "odd", "per", "less", "words"):
        number = int(float(value or 0))
        if how == "odd":
            return number % 2 == 1
        if how == "per":
            return 1 + (number - 1) // int(argument)
        if how == "less":
            return number - int(argument)
        if how == "words":
            return words(names["words"], number, int(argument))
        return number
    if how == "number":
        return float(value or 0)
    if how == "decoded":
        return base64.b64decode(value + "==").decode("utf-8", "replace")
    return value


def words(known, number, count):
    digest = hashlib.sha256(b"%d words %d" % (number, count)).digest()
    return " ".join(known[digest[index % 32] % len(known)] for index in range(count)) if known else ""


def noise(count):
    blocks = (hashlib.sha256(b"noise %d" % index).digest() for index in range(count // 32 + 1))
    return b"".join(blocks)[:count]


def plain(value):
    return json.dumps(value) if isinstance(value, (bool, dict, list)) or value is None else str(value)
