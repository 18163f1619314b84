"""Plays one case against one proxy, and notes what can be seen from both sides."""

import dataclasses
import time

from case import Step
from wire import Ended, Reader, connect, read_answer, send

PATIENCE = 3.0  # seconds for an answer; nothing waits that long where all is well
AFTER = b"GET /app/after HTTP/1.1\r\nHost: h\r\n\r\n"
PROBE = b"GET /app/probe HTTP/1.1\r\nHost: h\r\n\r\n"


@dataclasses.dataclass
class Observation:
    answers: list = dataclasses.field(default_factory=list)  # final ones
    surplus: bytes = b""  # what came behind them
    ended: bool = False  # the proxy ended the connection
    kept: bool = False  # it served another request
    after: str = ""  # what was wrong with that one's answer
    probe: str = ""  # what was wrong with the answer to the next client
    requests: list = dataclasses.field(default_factory=list)  # at the worker; not the two that follow each case
    stray: list = dataclasses.field(default_factory=list)

    @property
    def whole_requests(self):
        return [request for request in self.requests if request.whole]


def method_of(step):
    word = step.lstrip(b"\r\n").partition(b" ")[0]
    return word.decode("latin-1") if word.isalpha() else "GET"


def play(case, port, origin, drip=False):
    seen = Observation()
    origin.begin(case.script, drip and not case.at_once)
    sock = connect(port)
    try:
        converse(case, Reader(sock), origin, seen, drip)
    finally:
        sock.close()
    origin.settle()
    seen.probe = look_again(port)
    origin.settle()
    with origin.lock:
        requests, seen.stray = list(origin.requests), list(origin.stray)
    for own in ("/app/after", "/app/probe"):
        clean = [request for request in requests if request.target == own and not request.faults]
        if clean:
            requests.remove(clean[-1])
    seen.requests = requests
    return seen


def converse(case, reader, origin, seen, drip):
    deadline = time.monotonic() + PATIENCE
    method = method_of(case.sent)
    ends = False
    try:
        for step in case.steps:
            if isinstance(step, bytes):
                send(reader.sock, step, drip)
            elif step is Step.HEAD_SEEN:
                origin.head_seen.wait(PATIENCE)
            elif step is Step.ANSWERED:
                while b"\r\n\r\n" not in reader.buffer:
                    reader.fill(deadline)
            elif step is Step.HALF_CLOSE:
                ends = True
                reader.sock.shutdown(1)
            elif step is Step.PLAYED:
                origin.played.wait(PATIENCE)
    except (Ended, OSError):
        pass  # refused before all was sent
    deadline = time.monotonic() + PATIENCE
    while len(seen.answers) < max(1, len(case.expect.statuses)):
        if not take_answer(reader, method if not seen.answers else "GET", deadline, seen):
            return
    look_behind(case, reader, seen, ends)


def take_answer(reader, method, deadline, seen):
    try:
        answer = read_answer(reader, method, deadline)
    except Ended as end:
        seen.ended = not reader.silent
        seen.surplus = reader.buffer
        seen.after = str(end)
        return False
    seen.answers.append(answer)
    return True


def look_behind(case, reader, seen, ends):
    """Does the connection go on, and is the next answer that of the next request?"""
    last = seen.answers[-1]
    if last.status == 101:
        return
    expects_more = case.expect.kept or (case.expect.kept is None and not last.closes)
    if expects_more and not ends and last.whole:
        try:
            reader.sock.sendall(AFTER)
            answer = read_answer(reader, "GET", time.monotonic() + PATIENCE)
            seen.kept = answer.status == 200 and answer.body.startswith(b"GET /app/after ")
            seen.after = "" if seen.kept else f"{answer.status} {answer.body[:60]!r}"
        except (Ended, OSError) as end:
            seen.ended, seen.after = not reader.silent, str(end)
        return
    try:
        while True:
            reader.fill(time.monotonic() + PATIENCE)
    except Ended:
        seen.ended = not reader.silent
        seen.surplus = reader.buffer


def look_again(port):
    """The next client's request: nothing may have been left over for it."""
    try:
        sock = connect(port)
    except OSError as error:
        return f"no connection: {error}"
    try:
        sock.sendall(PROBE)
        answer = read_answer(Reader(sock), "GET", time.monotonic() + PATIENCE)
    except (Ended, OSError) as end:
        return f"no answer: {end}"
    finally:
        sock.close()
    if answer.status == 200 and answer.body == b"GET /app/probe 0\n":
        return ""
    return f"{answer.status} {answer.body[:80]!r}"
