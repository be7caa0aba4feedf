# Puts characters into a terminal.
# outcome: ok
# stdout: blocked
import fcntl, termios
try:
    result = fcntl.ioctl(0, termios.TIOCSTI, b"x")
except OSError as error:
    print("blocked")
else:
    print("BREACH", result)
