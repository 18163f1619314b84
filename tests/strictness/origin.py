"""The worker behind the proxy: takes apart what the proxy sends, and flags what is not clean."""

import re
import select
import socket
import struct
import threading
import time

from case import Step
from wire import Ended, Reader, framing_of, read_body, read_request_head, send

PATIENCE = 5


def as_tomcat_sees(target):
    """The path that a Tomcat maps: parameters out, decoded once, then dot segments resolved."""
    path = target.partition("?")[0]
    path = re.sub(r";[^/]*", "", path)
    path = re.sub(r"%([0-9A-Fa-f]{2})", lambda escape: chr(int(escape[1], 16)), path).replace("\\", "/")
    segments = []
    for segment in path.split("/"):
        if segment == "..":
            segments = segments[:-1]
        elif segment not in ("", "."):
            segments.append(segment)
    return "/" + "/".join(segments)


class Origin:
    """Requests are recorded in the order in which they begin. One thread per connection."""

    def __init__(self, mount="/"):
        self.mount = mount
        self.drip = False
        self.script = ()
        self.requests = []
        self.stray = []  # what came that is no request
        self.readers = {}  # Reader -> in the midst of a message
        self.lock = threading.Lock()
        self.head_seen = threading.Event()
        self.played = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    # --- for who runs the cases

    def begin(self, script, drip):
        with self.lock:
            self.script, self.drip = script, drip
            self.requests, self.stray = [], []
            self.head_seen.clear()
            self.played.clear()

    def settle(self, seconds=1.0):
        """Waits until every connection is between two messages, or ended."""
        end = time.monotonic() + seconds
        quiet_since = None
        while time.monotonic() < end:
            with self.lock:
                quiet = not any(busy or reader.ready() for reader, busy in self.readers.items())
            quiet = quiet and not select.select([self.listener], [], [], 0)[0]
            if not quiet:
                quiet_since = None
            elif quiet_since is None:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > 0.002:
                return
            time.sleep(0.001)

    def end(self):
        self.listener.close()

    # --- one connection

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = Reader(sock)
            with self.lock:
                self.readers[reader] = False
            threading.Thread(target=self.serve, args=(reader,), daemon=True).start()

    def serve(self, reader):
        try:
            while self.serve_request(reader):
                pass
        except (Ended, OSError):
            if reader.buffer and not reader.silent:
                self.note_stray(reader.buffer)
        finally:
            with self.lock:
                del self.readers[reader]
                reader.sock.close()

    def note_stray(self, data):
        with self.lock:
            if not self.requests or self.requests[-1].whole:
                self.stray.append(data[:200])

    def busy(self, reader, busy):
        with self.lock:
            self.readers[reader] = busy

    def serve_request(self, reader):
        self.busy(reader, False)
        if not reader.buffer:
            reader.fill(time.monotonic() + 3600)
        self.busy(reader, True)
        deadline = time.monotonic() + PATIENCE
        message = read_request_head(reader, deadline)
        if as_tomcat_sees(message.target) != self.mount and not as_tomcat_sees(message.target).startswith(
                self.mount.rstrip("/") + "/"):
            message.fault(f"{message.target} lies outside {self.mount} for a Tomcat")
        with self.lock:
            self.requests.append(message)
            script = self.script if message.target.startswith("/scripted") else ()
        self.head_seen.set()
        kind, length = framing_of(message)
        expectation = message.value("expect")
        if expectation is not None and expectation.lower() != "100-continue":
            message.untidy.append(f"Expect: {expectation}")
        if Step.AT_ONCE not in script:
            if expectation and kind != "none" and not script:
                send(reader.sock, b"HTTP/1.1 100 Continue\r\n\r\n", self.drip)
            read_body(reader, message, kind, length, deadline)
        return self.answer(reader, message, kind, length, script, deadline)

    def answer(self, reader, message, kind, length, script, deadline):
        """False: the connection is over."""
        if not script:
            body = f"{message.method} {message.target} {len(message.body)}\n".encode("latin-1")
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body)
            send(reader.sock, head + (b"" if message.method == "HEAD" else body), self.drip)
            return not message.faults and not message.closes
        try:
            return self.play(reader, message, kind, length, script, deadline)
        finally:
            self.played.set()

    def play(self, reader, message, kind, length, script, deadline):
        for step in script:
            if isinstance(step, bytes):
                send(reader.sock, step, self.drip)
            elif step is Step.BODY and not message.whole:
                read_body(reader, message, kind, length, deadline)
            elif step is Step.HOLD:
                self.busy(reader, False)
                time.sleep(0.05)
            elif step is Step.RESET:
                reader.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            elif step is Step.CLOSE:
                return False
        return True
