# clock: virtual steady real
# profile: server
# file: timing.py
# stdout: ok
"""A server whose client sleeps, and whose own work sleeps, is not idle."""

import http.server
import threading
import time
import urllib.request

from timing import check, finish, takes


class Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(0.5)
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        try:
            self.wfile.write(b"hello")
        except BrokenPipeError:
            pass

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
threading.Thread(target=server.serve_forever).start()
url = f"http://127.0.0.1:{server.server_port}/"


def call(answers):
    answers.append(urllib.request.urlopen(url, timeout=2).read())


time.sleep(1)
with takes(1.5, "three calls in turn", late=0.1):
    answers = []
    for _ in range(3):
        call(answers)
check(answers == [b"hello"] * 3, "the answers were", answers)
with takes(0.5, "five calls at once", late=0.1):
    answers = []
    threads = [threading.Thread(target=call, args=(answers,)) for _ in range(5)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
check(answers == [b"hello"] * 5, "the answers were", answers)
with takes(0.3, "a call that is given up"):
    try:
        urllib.request.urlopen(url, timeout=0.3)
        check(False, "the answer came early")
    except TimeoutError:
        pass
time.sleep(0.3)
# It looks up every half a second.
with takes(0, "the end of the server", late=0.5):
    server.shutdown()
finish()
