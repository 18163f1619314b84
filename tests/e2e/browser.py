"""A browser of few words, and the book that a user keeps of the writes that were answered."""

import collections
import http.client
import json
import re
import secrets
import socket
import threading
import time


class Answer:
    """Status 0: no answer; `error` says why. `seconds` until the end of the body."""

    def __init__(self):
        self.status, self.body, self.error, self.seconds = 0, b"", "", 0.0
        self.fields = http.client.HTTPMessage()
        self.sent_stem = ""  # of the cookie that the request carried

    def read(self, response):
        self.fields = response.headers
        try:
            self.body = response.read()
        finally:
            self.status = response.status

    @property
    def set_cookies(self):
        return self.fields.get_all("Set-Cookie") or []

    def ids(self, name="JSESSIONID"):
        """The session ids that it sets."""
        found = [re.match(name + "=([^;]*)", line) for line in self.set_cookies]
        return [match[1] for match in found if match]

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    def __str__(self):
        return f"{self.status or self.error} in {self.seconds:.2f} s {self.body[:80]!r}"


def send(port, method, path, headers=(), body=None, connection=None, timeout=30):
    """One request with just these header fields, in this order; a connection of its own unless one is given."""
    answer, began = Answer(), time.monotonic()
    own = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        own.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers:
            own.putheader(name, value)
        if body is not None or method in ("POST", "PUT"):
            own.putheader("Content-Length", str(len(body or b"")))
        own.endheaders(body)
        answer.read(own.getresponse())
    except (OSError, http.client.HTTPException) as error:
        answer.error = type(error).__name__
    if connection is None:
        own.close()
    answer.seconds = time.monotonic() - began
    return answer


def send_at_once(port, requests, cookie, timeout=30):
    """Requests without a body, all in one packet: each follows within the millisecond. Their answers must say their length."""
    answers = [Answer() for _ in requests]
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=timeout) as line, line.makefile("rb") as coming:
            fields = f"Host: 127.0.0.1\r\nCookie: {cookie}\r\nContent-Length: 0\r\n\r\n"
            heads = [f"{method} {path} HTTP/1.1\r\n{fields}" for method, path in requests]
            line.sendall("".join(heads).encode())
            for answer in answers:
                status = int(coming.readline().split()[1])
                answer.fields = http.client.parse_headers(coming)
                answer.body = coming.read(int(answer.fields["Content-Length"]))
                answer.status = status
    except (OSError, IndexError, ValueError, TypeError, http.client.HTTPException) as error:  # also of a cut answer
        answers[-1].error = type(error).__name__
    return answers


def invented_id(route):
    """No session has it; it sends a request to the node of that route."""
    return f"{secrets.token_hex(16).upper()}-n1.{route}"


class Book:
    """What the cart must hold: answered writes for sure, unanswered ones perhaps."""

    def __init__(self):
        self.lock = threading.Lock()
        self.answered, self.unsure = collections.Counter(), collections.Counter()
        self.keys = []  # (key, was it answered)

    def note(self, item, key, answered):
        with self.lock:
            (self.answered if answered else self.unsure)[item] += 1
            self.keys.append((key, answered))

    def now(self):
        with self.lock:
            return collections.Counter(self.answered)

    def missing(self, cart, since=None):
        """How many writes that were answered (until `since`) are not in the cart."""
        wanted = self.now() if since is None else since
        return sum(max(0, count - cart.get(item, 0)) for item, count in wanted.items())


class Tab:
    """One tab of a browser. Tabs of one user share the book; each keeps the cookie that it saw last."""

    def __init__(self, port, cookie=None, book=None, name="JSESSIONID", app="/share"):
        self.port, self.cookie, self.name, self.app = port, cookie, name, app
        self.book = book or Book()
        self.follows = True  # takes the cookies of answers

    def other(self, cookie=None):
        return Tab(self.port, cookie or self.cookie, self.book, self.name, self.app)

    def request(self, method, path, body=None, **options):
        headers = [("Cookie", f"{self.name}={self.cookie}")] if self.cookie else []
        if body is not None:
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        sent_stem = self.stem
        answer = send(self.port, method, self.app + path, headers, body and body.encode(), **options)
        answer.sent_stem = sent_stem
        if self.follows and answer.ids(self.name):
            self.cookie = answer.ids(self.name)[-1]
        return answer

    def get(self, path="/api/whoami?create=false", **options):
        return self.request("GET", path, **options)

    def post(self, path, body="", **options):
        return self.request("POST", path, body, **options)

    def write(self, item="tea", milliseconds=0, **options):
        """Puts an item into the cart, and notes in the book whether that was answered."""
        key = secrets.token_hex(8)
        answer = self.post(f"/api/count?key={key}&item={item}&ms={milliseconds}", **options)
        self.book.note(item, key, answer.status == 200)
        return answer

    def read_and_write(self, item="tea"):
        """Both at once, and the book knows whether the write was answered; the two answers."""
        key = secrets.token_hex(8)
        path = f"{self.app}/api/count?key={key}&item={item}"
        answers = send_at_once(self.port, [("GET", f"{self.app}/api/whoami?create=false"), ("POST", path)], f"{self.name}={self.cookie}")
        self.book.note(item, key, answers[1].status == 200)
        for answer in answers:
            self.cookie = (answer.ids(self.name) or [self.cookie])[-1]
        return answers

    def log_in(self, node, user="alice", password="wonderland"):
        """A new session on that node, logged in, stored, one item in the cart."""
        self.cookie = invented_id(node)
        steps = [self.get("/login"), self.post("/login", f"user={user}&password={password}"), self.write("first")]
        assert [answer.status for answer in steps] == [200, 303, 200], [str(answer) for answer in steps]
        assert self.node == node, (self.node, node)
        return self

    @property
    def stem(self):
        return re.split("[-.]", self.cookie or "")[0]

    @property
    def node(self):
        return self.cookie.partition(".")[2]
