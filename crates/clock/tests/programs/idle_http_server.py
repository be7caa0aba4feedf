# clock: virtual steady
# profile: server
# outcome: idle timeout
# limit: virtual_ms 600000
# stdout: listening
"""The server of the standard library looks up every half a second: it may be taken for idle, or for a ticker."""

import http.server

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
print("listening", flush=True)
server.serve_forever()
