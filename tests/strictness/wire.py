"""HTTP/1.1 read byte by byte, strictly: by the worker behind a proxy, and by the client in front of it."""

import dataclasses
import re
import select
import socket
import time

TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
ABSOLUTE = re.compile(rb"(?i:https?)://([^/?#]*)(.*)")
TARGET = re.compile(rb"(/[\x21\x22\x24-\x7e]*|\*)")  # a fragment has no place in it
REQUEST_LINE = re.compile(rb"([^ ]+) ([^ ]+) HTTP/1\.([01])")
STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9][0-9][0-9]) ([\t\x20-\x7e\x80-\xff]*)")
PER_CONNECTION = {b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"te", b"trailer", b"upgrade",
                  b"http2-settings"}  # SHOULD be removed


MOST_DRIPPED = 3000  # bytes


class Ended(Exception):
    """The peer is gone, or silent for too long."""


class Reader:
    """Bytes of one socket."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""
        self.silent = False  # the last read ran into the deadline

    def fill(self, deadline):
        self.silent = False
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.sock], [], [], left)[0]:
            self.silent = True
            raise Ended("silence")
        try:
            part = self.sock.recv(65536)
        except OSError as error:
            raise Ended(str(error)) from error
        if not part:
            raise Ended("end")
        self.buffer += part

    def take(self, size, deadline):
        while len(self.buffer) < size:
            self.fill(deadline)
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def take_to(self, mark, deadline):
        while mark not in self.buffer:
            self.fill(deadline)
        taken, _, self.buffer = self.buffer.partition(mark)
        return taken

    def ready(self):
        return bool(select.select([self.sock], [], [], 0)[0])


@dataclasses.dataclass
class Message:
    """A request as the worker got it, or an answer as the client got it."""

    head: bytes = b""
    method: str = ""
    target: str = ""
    status: int = 0
    reason: str = ""
    fields: list = dataclasses.field(default_factory=list)  # (name, value), bytes
    body: bytes = b""
    whole: bool = False
    closes: bool = False
    faults: list = dataclasses.field(default_factory=list)
    untidy: list = dataclasses.field(default_factory=list)  # good HTTP, but not in its one canonical form
    interim: list = dataclasses.field(default_factory=list)  # statuses of the interim answers before it

    def values(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower().encode()]

    def value(self, name):
        """Of all lines of that name; None without one."""
        values = self.values(name)
        return b", ".join(values).decode("latin-1") if values else None

    def fault(self, text):
        if text not in self.faults:
            self.faults.append(text)


def read_fields(lines, message):
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            message.fault(f"a folded line: {line!r}")
            continue
        name, colon, value = line.partition(b":")
        if not colon or not TOKEN.fullmatch(name):
            message.fault(f"no field line: {line!r}")
            continue
        if b"\0" in value:
            message.fault(f"NUL in a value: {line!r}")
        elif not VALUE.fullmatch(value):
            message.untidy.append(f"control characters in a value: {line!r}")
        message.fields.append((name, value.strip(b" \t")))


def check_connection(message):
    """Nothing that concerned another connection (RFC 9110 7.6.1)."""
    options = [option.strip().lower() for value in message.values("connection") for option in value.split(b",")]
    message.closes = b"close" in options
    for option in options:
        if option not in (b"", b"close", b"keep-alive", b"upgrade", b"te"):
            message.untidy.append(f"Connection names {option!r}")
    for name, value in message.fields:
        name = name.lower()
        if name not in PER_CONNECTION or (name == b"upgrade" and b"upgrade" in options):
            continue
        if name == b"te" and value.lower() == b"trailers" and b"te" in options:
            continue
        if name == b"keep-alive" and b"keep-alive" in options:
            continue  # httpd's own, of its own connection
        message.untidy.append(f"a field of another connection: {name.decode()}")


def framing_of(message):
    """(kind, length): one of them, or a fault."""
    lengths, codings = message.values("content-length"), message.values("transfer-encoding")
    if len(lengths) > 1:
        message.fault(f"{len(lengths)} Content-Length lines")
    if len(codings) > 1:
        message.fault(f"{len(codings)} Transfer-Encoding lines")
    if lengths and codings:
        message.fault("both Content-Length and Transfer-Encoding")
    if codings:
        if codings[0].lower() != b"chunked":
            message.fault(f"Transfer-Encoding is {codings[0]!r}")
        elif codings[0] != b"chunked":
            message.untidy.append(f"Transfer-Encoding is {codings[0]!r}")
        return "chunked", 0
    if lengths:
        if not re.fullmatch(rb"[0-9]+", lengths[0]):
            message.fault(f"Content-Length is {lengths[0]!r}")
            return "none", 0
        if not re.fullmatch(rb"0|[1-9][0-9]*", lengths[0]):
            message.untidy.append(f"Content-Length is {lengths[0]!r}")
        return "length", int(lengths[0])
    return "none", 0


def read_head(reader, deadline):
    head = reader.take_to(b"\r\n\r\n", deadline)
    message = Message(head=head)
    lines = head.split(b"\r\n")
    if any(b"\n" in line or b"\r" in line for line in lines):
        message.fault("a bare CR or LF in the head")
    return message, lines


def read_chunked(reader, message, deadline):
    while True:
        line = reader.take_to(b"\r\n", deadline)
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,16}", line):
            message.fault(f"a chunk's first line is {line[:60]!r}")
        size = re.match(rb"[0-9A-Fa-f]{1,16}", line)
        if not size:
            raise Ended("no chunk")
        if int(size[0], 16) == 0:
            break
        message.body += reader.take(int(size[0], 16), deadline)
        if reader.take(2, deadline) != b"\r\n":
            message.fault("no CRLF behind a chunk")
            raise Ended("no chunk's end")
    while (line := reader.take_to(b"\r\n", deadline)) != b"":
        if re.fullmatch(TOKEN.pattern + b":" + VALUE.pattern, line):
            message.untidy.append(f"a trailer: {line[:60]!r}")
        else:
            message.fault(f"a trailer that is no field: {line[:60]!r}")


def read_body(reader, message, kind, length, deadline):
    """Raises Ended if it is not whole."""
    if kind == "chunked":
        read_chunked(reader, message, deadline)
    elif kind == "length":
        while len(message.body) < length:
            if not reader.buffer:
                reader.fill(deadline)
            message.body += reader.take(min(len(reader.buffer), length - len(message.body)), deadline)
    elif kind == "close":
        try:
            while True:
                message.body += reader.take(max(1, len(reader.buffer)), deadline)
        except Ended as end:
            if str(end) != "end":
                raise
    message.whole = True


def read_request_head(reader, deadline):
    message, lines = read_head(reader, deadline)
    authority = None
    parts = REQUEST_LINE.fullmatch(lines[0])
    if not parts:
        message.fault(f"no request line: {lines[0][:80]!r}")
        words = (lines[0].split(b" ") + [b"", b""])[:2]
    else:
        words = parts.groups()[:2]
        if not TOKEN.fullmatch(words[0]):
            message.fault(f"the method is {words[0]!r}")
        absolute = ABSOLUTE.fullmatch(words[1])
        if absolute:
            message.untidy.append("absolute-form to an origin server")
            words, authority = (words[0], absolute[2] or b"/"), absolute[1]
        if not TARGET.fullmatch(words[1]) or (words[1] == b"*" and words[0] != b"OPTIONS"):
            message.fault(f"the target is {words[1][:80]!r}")
    message.method, message.target = words[0].decode("latin-1"), words[1].decode("latin-1")
    read_fields(lines[1:], message)
    is_http10 = lines[0].endswith(b" HTTP/1.0")
    if is_http10:
        message.untidy.append("HTTP/1.0, which is the client's version and not the proxy's")
    if len(message.values("host")) != 1 and not (is_http10 and not message.values("host")):
        message.fault(f"{len(message.values('host'))} Host lines")
    if authority is not None and message.values("host") != [authority]:
        message.fault(f"Host is not the target's authority {authority!r}")
    check_connection(message)
    return message


def read_answer(reader, method, deadline):
    """The next answer, the interim ones before it included. Raises Ended if none comes."""
    interim = []
    while True:
        message, lines = read_head(reader, deadline)
        parts = STATUS_LINE.fullmatch(lines[0])
        if not parts:
            message.fault(f"no status line: {lines[0][:80]!r}")
            return message
        if lines[0].startswith(b"HTTP/1.0"):
            message.untidy.append("HTTP/1.0, which is the worker's version and not the proxy's")
        message.status, message.reason = int(parts[1]), parts[2].decode("latin-1")
        read_fields(lines[1:], message)
        check_connection(message)
        message.interim = interim
        if message.status >= 600:
            message.untidy.append(f"the status is {message.status}")
        if message.status >= 200 or message.status == 101:
            break
        interim = interim + [message.status]
        if message.values("content-length") or message.values("transfer-encoding"):
            message.fault("an interim answer with a length")
    kind, length = framing_of(message)
    if message.status == 204 and kind != "none":
        message.fault("204 with a length")
    if method == "HEAD" or message.status in (101, 204, 304):
        kind = "none"
    elif kind == "none":
        kind = "close"
        message.closes = True
    try:
        read_body(reader, message, kind, length, deadline)
    except Ended:
        pass
    return message


def send(sock, data, drip):
    """At once, or byte by byte."""
    if not drip or len(data) > MOST_DRIPPED:
        return sock.sendall(data)
    for byte in data:
        sock.sendall(bytes([byte]))
        time.sleep(0)


def connect(port):
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock
