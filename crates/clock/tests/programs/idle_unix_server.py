# clock: virtual steady
# outcome: idle
# stdout: listening
"""A server on a UNIX socket, in a thread that the main thread waits for."""

import socketserver
import threading


class Greeter(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"hello")


server = socketserver.UnixStreamServer("greeter.sock", Greeter)


def serve():
    while True:
        server.handle_request()


thread = threading.Thread(target=serve)
thread.start()
print("listening", flush=True)
thread.join()
