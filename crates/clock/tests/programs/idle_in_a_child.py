# clock: virtual steady
# profile: server
# outcome: idle
# stdout: started
"""A program that waits for the server it started."""

import subprocess
import sys

SERVER = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
while True:
    listener.accept()
"""
server = subprocess.Popen([sys.executable, "-c", SERVER])
print("started", flush=True)
server.wait()
