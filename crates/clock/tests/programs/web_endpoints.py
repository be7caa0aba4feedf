# clock: virtual steady real
# profile: shell
# file: timing.py
# file: web_session.py
# file: web_server.py
# stdout: ok
"""A session with curl and a server of our own."""

from web_session import session

session("web_server.py")
