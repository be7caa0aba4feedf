# clock: virtual steady real
# profile: shell
# packages: fastapi uvicorn
# file: timing.py
# file: web_session.py
# file: web_fastapi_server.py
# stdout: ok
"""The same session with FastAPI and uvicorn."""

from web_session import session

session("web_fastapi_server.py")
