"""Holds what was seen against what a case expects."""

import enum


class Verdict(enum.Enum):
    PASSED = "passed"
    DIFFERENT = "different"  # not the strict reaction, but nothing unclean came of it
    WRONG = "wrong"


def faults_of(case, seen):
    """Everything that is not as expected, in words."""
    return dangers_of(case, seen) + mismatches_of(case, seen)


def verdict_of(case, seen):
    if not faults_of(case, seen):
        return Verdict.PASSED
    return Verdict.WRONG if dangers_of(case, seen) or is_wrong(case, seen) else Verdict.DIFFERENT


# --- what is wrong whatever the case


def dangers_of(case, seen):
    faults = []
    for request in seen.requests:
        faults += [f"the worker got {request.method} {request.target[:60]}: {fault}" for fault in request.faults]
        if "/smuggled" in request.target and b"/smuggled" not in case.sent.split(b"\r\n\r\n")[0]:
            if case.expect.seen is None or len(seen.whole_requests) > case.expect.seen:
                faults.append(f"a smuggled request reached the worker: {request.method} {request.target}")
    faults += [f"the worker got bytes that are no request: {data!r}" for data in seen.stray]
    for answer in seen.answers:
        faults += [f"the client got {answer.status}: {fault}" for fault in answer.faults]
    if seen.probe:
        faults.append(f"the next client's request: {seen.probe}")
    if case.expect.seen and not case.policy and not case.expect.or_clean and len(seen.whole_requests) > case.expect.seen:
        faults.append(f"the worker got {len(seen.whole_requests)} requests of {case.expect.seen}")
    return faults


# --- what this case expects


def mismatches_of(case, seen):
    expect = case.expect
    faults = []
    statuses = [answer.status for answer in seen.answers]
    wanted = [sorted(status) for status in expect.statuses]
    if len(statuses) != len(wanted) or any(got not in may for got, may in zip(statuses, wanted)):
        faults.append(f"answered {statuses or 'nothing'}, expected {wanted or 'nothing'}")
    whole = len(seen.whole_requests)
    if expect.seen is not None and whole != expect.seen:
        faults.append(f"the worker got {whole} whole requests, expected {expect.seen}")
    if expect.kept and not seen.kept:
        faults.append(f"the connection is not kept: {seen.after or 'it ended'}")
    if expect.kept is False and not seen.ended:
        faults.append("the connection is not closed")
    faults += [f"the worker got {request.target[:60]}: {fault}" for request in seen.requests for fault in request.untidy]
    faults += [f"the client got {answer.status}: {fault}" for answer in seen.answers for fault in answer.untidy]
    if seen.surplus:
        faults.append(f"bytes behind the answers: {seen.surplus[:80]!r}")
    if not expect.kept and expect.kept is not False and seen.after and not seen.kept and not seen.ended:
        faults.append(f"the next request on the connection: {seen.after}")
    return faults + worker_mismatches(case, seen) + client_mismatches(case, seen)


def worker_mismatches(case, seen):
    wanted = case.expect.worker
    if not wanted:
        return []
    if not seen.requests:
        return ["the worker got nothing"]
    request = seen.requests[0]
    faults = [f"the worker's {what} is {getattr(request, what)!r}, expected {wanted[what]!r}"
              for what in ("method", "target", "body", "whole") if what in wanted and getattr(request, what) != wanted[what]]
    return faults + field_mismatches(request, wanted.get("fields", {}), "worker")


def client_mismatches(case, seen):
    wanted = case.expect.client
    if not wanted:
        return []
    if not seen.answers:
        return ["the client got nothing"]
    answer = seen.answers[0]
    faults = [f"the client's {what} is {getattr(answer, what)!r}, expected {wanted[what]!r}"
              for what in ("reason", "body", "whole", "interim") if what in wanted and getattr(answer, what) != wanted[what]]
    if "cut" in wanted and answer.status < 400 and (answer.whole or not seen.ended):
        faults.append("the answer was cut off, and the client cannot know it")
    return faults + field_mismatches(answer, wanted.get("fields", {}), "client")


def field_mismatches(message, wanted, who):
    """Values by name; None: no such field; a list: one line each."""
    faults = []
    for name, value in wanted.items():
        got = message.value(name)
        if isinstance(value, list):
            got = [line.decode("latin-1") for line in message.values(name)]
        if got != value:
            faults.append(f"the {who}'s {name} is {got!r}, expected {value!r}")
    return faults


def is_wrong(case, seen):
    """Whether a mismatch is more than another choice."""
    expect = case.expect
    if case.policy:
        return False
    refused = not seen.answers or seen.answers[0].status >= 400
    if expect.refuses:
        return not refused and not expect.or_clean
    if refused:
        return False  # stricter than need be
    return bool(worker_mismatches(case, seen) or client_mismatches(case, seen)
                or (expect.seen is not None and len(seen.whole_requests) != expect.seen)
                or (seen.after and not seen.ended))
