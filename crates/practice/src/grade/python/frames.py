"""Messages between a learner and its judge: four bytes of length, then JSON. Never pickle, never eval."""
import json
import struct
import sys

MOST_BYTES = 8 << 20


class Broken(BaseException):
    """The other side broke a rule of the channel, or is gone: nothing it says counts any more.

    No `Exception`: a test that expects one of those must not be content with this.
    """


def _whole(digits):
    # What is longer is sent as hexadecimal.
    if len(digits) > 17:
        raise ValueError("a number of too many digits")
    return int(digits)


def _constant(name):
    raise ValueError(name)


# Reading very many decimal digits takes for ever where the interpreter itself has no limit.
_LIMITED = hasattr(sys, "get_int_max_str_digits")
_decoder = json.JSONDecoder(parse_int=int if _LIMITED else _whole, parse_constant=_constant)
_encoder = json.JSONEncoder(separators=(",", ":"), check_circular=False)


class Frames:
    """One end of the channel."""

    def __init__(self, socket):
        self.socket = socket
        self.dead = None
        self._buffer = bytearray()

    def fail(self, why):
        """From here on nothing is sent or believed."""
        self.dead = self.dead or why
        try:
            self.socket.close()
        except OSError:
            pass
        raise Broken(self.dead)

    def send(self, message):
        if self.dead:
            raise Broken(self.dead)
        try:
            data = _encoder.encode(message).encode("ascii")
        except RecursionError:
            self.fail("a value is nested too deeply")
        if len(data) > MOST_BYTES:
            self.fail("a value is too large to be handed over")
        try:
            self.socket.sendall(struct.pack(">I", len(data)) + data)
        except OSError:
            self.fail("the program has ended")

    def receive(self):
        if self.dead:
            raise Broken(self.dead)
        length = struct.unpack(">I", self._take(4))[0]
        if length > MOST_BYTES:
            self.fail("a message is too large")
        try:
            message = _decoder.decode(self._take(length).decode("utf-8"))
        except (ValueError, RecursionError):
            self.fail("a message that is none")
        if type(message) is not dict:
            self.fail("a message that is none")
        return message

    def _take(self, count):
        while len(self._buffer) < count:
            try:
                data = self.socket.recv(max(65536, count - len(self._buffer)))
            except OSError:
                self.fail("the program has ended")
            if not data:
                self.fail("the program has ended")
            self._buffer += data
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken
