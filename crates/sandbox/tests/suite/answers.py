def ask(told, method, target, headers=(), body=b"", host="tea.example"):
    made = answer(told, Request("https", method, target, [("Host", host)] + list(headers), body), 0)
    text = b"".join(made.pieces)
    kind = dict(made.headers)["Content-Type"]
    return made.status, json.loads(text) if kind.startswith("application/json") and len(made.pieces) == 1 else text


def same(found, expected):
    assert found == expected, (found, expected)


def body(value):
    return ask({"routes": [{"path": "/x/{n}", "methods": ["ANY"], "json": json.dumps(value)}]}, "POST", "/x/7?a=1&a=2&b=", JSON, b'{"k": [1]}')[1]


JSON = [("content-type", "application/json"), ("x-more", "1"), ("X-More", "2")]
# A text that is one place has the type of what it names; among other words it is text; what nobody knows stays.
same(body(["{n}", "{n:int}", "n is {n}", "{n:int} {json}", "{what} { n } {n"]), ["7", 7, "n is 7", '7 {"k": [1]}', "{what} { n } {n"])
same(body(["{query}", "{query.b}", "{headers.x-more}", "{json.K}", "{json.none}"]), [{"a": ["1", "2"], "b": ""}, "", "1,2", [1], None])
same(body(["{n:0..5}", "{n:9..10}", "{n:less 2}", "{n:per 5}", "{n:odd}"]), [5.0, 9.0, 5, 2, True])
same(body(["{url}", "{origin}", "{path}", "{host}"]), ["https://tea.example/x/7?a=1&a=2&b=", "https://tea.example", "/x/7", "tea.example"])
same(body("{uuid}"), body("{uuid}"))

shelf = {
    "routes": [
        {"path": "/", "body": "<h1>Tea</h1>"},
        {"path": "/status/{code}", "status": "{code:int}", "methods": ["ANY"]},
        {"path": "/all/{rest:path}", "json": '"{rest}"'},
        {"path": "/lines/{n}", "repeat": "{n}", "json": '{"id": "{index}"}'},
        {"path": "/bytes/{n}", "bytes": "{n}"},
        {"path": "/zip", "json": "1", "encoding": "gzip"},
        {"path": "/in/{who}", "auth": "{who}:secret", "json": '"{who}"'},
        {"path": "/go", "status": 302, "headers": {"Location": "{query.url}"}},
    ]
}
same(ask(shelf, "GET", "/"), (200, b"<h1>Tea</h1>"))
same(ask(shelf, "DELETE", "/")[0], 405)
same(ask(shelf, "GET", "/status/404")[0], 404)
same(ask(shelf, "GET", "/status/what")[0], 400)
same(ask(shelf, "GET", "/status/99")[0], 400)
same(ask(shelf, "GET", "/all/a/b%20c?x"), (200, "a/b c"))
same(ask(shelf, "GET", "/lines/2"), (200, b'{ "id": 0 }\n{ "id": 1 }\n'))
same(len(ask(shelf, "GET", "/bytes/70")[1]), 70)
same(len(ask(shelf, "GET", "/bytes/700000")[1]), MOST_BYTES)
same(ask(shelf, "GET", "/in/bob")[0], 401)
basic = [("Authorization", "Basic " + base64.b64encode(b"bob:secret").decode())]
same(ask(shelf, "GET", "/in/bob", basic), (200, "bob"))
moved = answer(shelf, Request("http", "GET", "/go?url=/x", [("Host", "tea.example:80")], b""), 0)
same((moved.status, moved.headers[0]), (302, ("Location", "/x")))


def doubtful(told, method, target):
    made = answer(told, Request("http", method, target, [("Host", "tea.example")], b""), 0)
    return made.status, made.known


same(doubtful(shelf, "GET", "/nowhere"), (404, False))
same(doubtful(shelf, "DELETE", "/"), (405, False))
same(doubtful(shelf, "GET", "/status/what"), (400, False))
# What was not written as it is to be gets an answer all the same: who asks would wait for ever.
same(doubtful({"routes": [{"path": "/{1}"}]}, "GET", "/x"), (400, False))
same(doubtful({"routes": [{"path": "/", "status": "{query.n:int}"}]}, "GET", "/?n=1&n=2"), (400, False))
same(doubtful({"routes": [{"path": "/", "json": "{ ... }"}]}, "GET", "/"), (400, False))
same(doubtful({"collections": [{"path": "/cups", "count": 2, "item": "[1]"}]}, "PATCH", "/cups/1"), (400, False))
loose = {"routes": [{"path": "/", "body": "x", "exact": False}]}
same(answer(loose, Request("http", "GET", "/", [], b""), 0).exact, False)

form = [("Content-Type", "application/x-www-form-urlencoded")]
echo = {"routes": [{"path": "/", "methods": ["POST"], "json": '["{form}", "{files}", "{data}", "{json}", "{cookies}"]'}]}
same(ask(echo, "POST", "/", form, b"a=1&b=x+y")[1], [{"a": "1", "b": "x y"}, {}, "", None, {}])
parts = b'--B\r\nContent-Disposition: form-data; name="f"; filename="t.txt"\r\n\r\nhi\r\n--B\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n--B--\r\n'
same(ask(echo, "POST", "/", [("Content-Type", "multipart/form-data; boundary=B")], parts)[1][:2], [{"n": "1"}, {"f": "hi"}])
same(ask(echo, "POST", "/", [("Cookie", "a=1; b=2")], b"plain")[1][2:], ["plain", None, {"a": "1", "b": "2"}])

item = {"id": "{id}", "pot": "{id:per 10}", "name": "{id:words 3}", "done": "{id:odd}"}
pots = {"words": ["a", "b", "c", "d"], "collections": [{"path": "/cups", "count": 25, "item": json.dumps(item), "within": {"/pots/{pot}/cups": "pot"}}]}
same(len(ask(pots, "GET", "/cups")[1]), 25)
same(ask(pots, "GET", "/cups/3")[1], ask(pots, "GET", "/cups")[1][2])
same([it["id"] for it in ask(pots, "GET", "/pots/3/cups")[1]], [21, 22, 23, 24, 25])
same([it["id"] for it in ask(pots, "GET", "/cups?pot=1&done=false&_limit=2")[1]], [2, 4])
same([it["id"] for it in ask(pots, "GET", "/cups?_page=2&_limit=20")[1]], [21, 22, 23, 24, 25])
same(ask(pots, "GET", "/cups/26"), (404, {}))
same(ask(pots, "POST", "/cups", JSON, b'{"name": "x"}'), (201, {"name": "x", "id": 26}))
same(ask(pots, "PUT", "/cups/2", JSON, b'{"name": "x"}'), (200, {"name": "x", "id": 2}))
same(ask(pots, "PATCH", "/cups/2", JSON, b'{"name": "x"}')[1]["pot"], 1)
same(ask(pots, "DELETE", "/cups/2"), (200, {}))
print("fine")
