"""What a case is: the bytes that go in, and what must come of them."""

import dataclasses
import enum


class Step(enum.Enum):
    """What a client, or a scripted worker, does between two stretches of bytes."""

    HALF_CLOSE = "ends its sending side"
    CLOSE = "closes"
    RESET = "resets"
    HEAD_SEEN = "waits until the worker has seen a request's head"
    ANSWERED = "waits for the head of an answer, be it an interim one"
    PLAYED = "waits until the worker has done all that it does"
    AT_ONCE = "does not read the request's body first"
    BODY = "reads the request's body"
    HOLD = "stays silent"


@dataclasses.dataclass(frozen=True)
class Expect:
    """The strict reaction. `None` anywhere: either way is good."""

    statuses: tuple = ()  # of the final answers in order, each a set; none: the connection ends without an answer
    seen: object = None  # requests that the worker gets whole
    kept: object = None  # the connection serves another request
    worker: dict = dataclasses.field(default_factory=dict)  # first request: method, target, body, fields
    client: dict = dataclasses.field(default_factory=dict)  # first final answer: reason, body, fields, interim, whole, cut
    refuses: bool = False
    or_clean: bool = False  # the RFC lets a recipient read the message, if it passes it on clean


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    send: object  # bytes, or a tuple of bytes and Steps
    expect: Expect
    source: str
    script: tuple = ()  # what the worker answers: bytes and Steps; nothing: an ordinary answer
    policy: bool = False  # a choice that proxies may make otherwise, as long as nothing unclean comes of it
    setting: str = "plain"  # of the proxy: `plain`, everything is mounted; `mount`, only /app is
    theme: str = ""
    at_once: bool = False  # the worker never drips: what is behind an answer would pass for the next one's
    dripped: object = None  # what comes of it byte by byte, where that is something else

    @property
    def steps(self):
        return self.send if isinstance(self.send, tuple) else (self.send,)

    @property
    def sent(self):
        return b"".join(step for step in self.steps if isinstance(step, bytes))


# --- messages


def raw(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")


def request(line, *fields, body=b"", host="h"):
    """One request; `host=None`: no Host. Field lines go out as they are written."""
    lines = [raw(line)] + ([b"Host: " + raw(host)] if host is not None else []) + [raw(field) for field in fields]
    return b"".join(line + b"\r\n" for line in lines) + b"\r\n" + raw(body)


def get(*fields, target="/x", version="1.1", host="h"):
    return request(raw("GET ") + raw(target) + raw(f" HTTP/{version}"), *fields, host=host)


def post(*fields, body=b"", target="/x", version="1.1", host="h"):
    return request(f"POST {target} HTTP/{version}", *fields, body=body, host=host)


def chunked(body, *fields, target="/x"):
    return post("Transfer-Encoding: chunked", *fields, body=body, target=target)


def answer(line, *fields, body=b""):
    return b"".join(raw(part) + b"\r\n" for part in (line, *fields)) + b"\r\n" + raw(body)


def ok(*fields, body=b""):
    return answer("HTTP/1.1 200 OK", *fields, body=body)


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: evil\r\n\r\n"


# --- expectations


def as_sets(statuses):
    return tuple(frozenset(status if isinstance(status, (set, frozenset, tuple)) else {status}) for status in statuses)


def refused(status=400, or_clean=False, seen=0):
    """An answer by the proxy itself; the connection ends, because its framing cannot be trusted any more."""
    return Expect(as_sets([status]), seen=seen, kept=False, refuses=True, or_clean=or_clean)


def declined(status):
    """An answer by the proxy itself; the message's end is known, so the connection may live on."""
    return Expect(as_sets([status]), seen=0, refuses=True)


def ended(seen=0):
    """The connection ends without an answer."""
    return Expect((), seen=seen, kept=False, refuses=True)


def passed(kept=True, status=200, client=None, seen=1, **worker):
    """The worker gets one clean request, the client its answer."""
    return Expect(as_sets([status]), seen=seen, kept=kept, worker=worker, client=client or {})


def many(*statuses, seen=None, kept=None, **worker):
    """One answer to each of several requests."""
    return Expect(as_sets(statuses), seen=seen, kept=kept, worker=worker)


def answered(status, kept=None, seen=None, or_clean=False, **client):
    """What the client gets of a worker's answer."""
    return Expect(as_sets([status]), seen=seen, kept=kept, client=client, or_clean=or_clean)


def cut_off():
    """The client cannot take what it got for a whole answer; where it has got nothing yet, it may be told so."""
    return Expect(as_sets([{200, 502}]), client={"cut": True})


def bad_gateway(or_clean=False):
    """The worker's answer is refused; nothing of it reaches the client."""
    return Expect(as_sets([502]), refuses=True, or_clean=or_clean)


def tidy(source):
    """Tables put the section that all their cases share before what each adds."""
    parts = [part for part in source.split("; ") if part.strip("; ")]
    return "; ".join(part for number, part in enumerate(parts)
                     if not any(other.startswith(part) for other in parts[number + 1:]))


def theme(name, *groups):
    """All cases of a file."""
    cases = [dataclasses.replace(case, theme=name, source=tidy(case.source)) for group in groups for case in group]
    names = [case.name for case in cases]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, f"{name}: names that are used twice: {twice}"
    return cases
