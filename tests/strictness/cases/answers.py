"""Heads of a worker's answers: what is malformed is 502 and never repaired into a 200 (RFC 9112 4, 5, 6.3)."""

from case import Case, Step, answer, answered, bad_gateway, get, ok, post, theme

ASK = get(target="/scripted")
BODY = "Content-Length: 2"


def case(name, script, expect, source, send=ASK, policy=False):
    return Case(name, send, expect, source, script if isinstance(script, tuple) else (script,), policy=policy)


STATUS_LINES = [
    case(f"status line: {name}", (answer(line, BODY, body="hi"), Step.CLOSE), bad_gateway(or_clean), f"RFC 9112 4; {source}")
    for name, line, or_clean, source in [
        ("99", "HTTP/1.1 99 Low", False, "RFC 9110 15: three digits"),
        ("099", "HTTP/1.1 099 Low", False, "RFC 9110 15: 100 to 599"),
        ("2000", "HTTP/1.1 2000 High", False, "RFC 9110 15: three digits"),
        ("600", "HTTP/1.1 600 High", True, "RFC 9110 15: a client SHOULD treat it as 5xx"),
        ("999", "HTTP/1.1 999 High", True, "RFC 9110 15: a client SHOULD treat it as 5xx"),
        ("000", "HTTP/1.1 000 None", False, "RFC 9110 15"),
        ("two digits", "HTTP/1.1 20 OK", False, "RFC 9110 15"),
        ("letters", "HTTP/1.1 2xx OK", False, "RFC 9110 15"),
        ("negative", "HTTP/1.1 -200 OK", False, "RFC 9110 15"),
        ("plus", "HTTP/1.1 +200 OK", False, "RFC 9110 15"),
        ("none", "HTTP/1.1  OK", False, "RFC 9112 4"),
        ("the version alone", "HTTP/1.1", False, "RFC 9112 4"),
        ("the version and a blank", "HTTP/1.1 ", False, "RFC 9112 4"),
        ("a tab before the status", "HTTP/1.1\t200 OK", False, "RFC 9112 4"),
        ("two blanks before the status", "HTTP/1.1  200 OK", False, "RFC 9112 4"),
        ("a tab behind the status", "HTTP/1.1 200\tOK", False, "RFC 9112 4"),
        ("a blank before all", " HTTP/1.1 200 OK", False, "RFC 9112 4"),
        ("HTTP/2.0", "HTTP/2.0 200 OK", False, "RFC 9112 2.3"),
        ("HTTP/0.9", "HTTP/0.9 200 OK", False, "RFC 9112 2.3"),
        ("HTTP/1", "HTTP/1 200 OK", False, "RFC 9112 2.3"),
        ("HTTP/1.10", "HTTP/1.10 200 OK", False, "RFC 9112 2.3"),
        ("HTTP/11", "HTTP/11 200 OK", False, "RFC 9112 2.3"),
        ("http/1.1", "http/1.1 200 OK", False, "RFC 9112 2.3: case-sensitive"),
        ("HTP/1.1", "HTP/1.1 200 OK", False, "RFC 9112 2.3"),
        ("ICY", "ICY 200 OK", False, "RFC 9112 2.3: SHOUTcast"),
        ("HTTPS/1.1", "HTTPS/1.1 200 OK", False, "RFC 9112 2.3"),
        ("the request back", "GET /scripted HTTP/1.1", False, "RFC 9112 4"),
        ("NUL in the reason", "HTTP/1.1 200 O\x00K", False, "RFC 9112 4; CVE-2026-33523 (httpd)"),
        ("a control character in the reason", "HTTP/1.1 200 O\x01K", False, "RFC 9112 4; CVE-2026-33523 (httpd)"),
        ("a bare CR in the reason", "HTTP/1.1 200 O\rK", False, "RFC 9112 2.2; CVE-2026-33523 (httpd)"),
        ("DEL in the reason", "HTTP/1.1 200 O\x7fK", False, "RFC 9112 4"),
    ]
] + [
    case("status line: an SSH banner", (b"SSH-2.0-OpenSSH\r\n", Step.CLOSE), bad_gateway(), "HTTP/0.9 answers: never"),
    case("status line: none, a body at once", (b"<html>hi</html>", Step.CLOSE), bad_gateway(), "HTTP/0.9 answers: never"),
    case("status line: a long one of letters", (b"x" * 100000, Step.CLOSE), bad_gateway(), "HTTP/0.9 answers: never; bounded"),
    case("status line: empty lines before it", (b"\r\n\r\n" + ok(BODY, body="hi"), Step.CLOSE), bad_gateway(True), "RFC 9112 2.2: in requests only"),
    case("status line: nothing", (Step.CLOSE,), bad_gateway(), "RFC 9110 15.6.3", post(target="/scripted")),
    case("status line: reset", (Step.RESET,), bad_gateway(), "RFC 9110 15.6.3", post(target="/scripted")),
    case("status line: half of it", (b"HTTP/1.1 20", Step.CLOSE), bad_gateway(), "RFC 9112 8", post(target="/scripted")),
    case("status line: no empty line", (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", Step.CLOSE), bad_gateway(), "RFC 9112 8"),
] + [
    case(f"good status line: {name}", answer(line, BODY, body="hi"), answered(status, kept=True, reason=reason, body=b"hi"), f"RFC 9112 4; {source}",
         policy=True)
    for name, line, status, reason, source in [
        ("an empty reason", "HTTP/1.1 200 ", 200, "", "the blank is needed, the reason is not"),
        ("a reason of its own", "HTTP/1.1 200 Fine, \"really\"", 200, 'Fine, "really"', ""),
        ("a reason beyond ASCII", "HTTP/1.1 200 \xe4\xf6", 200, "\xe4\xf6", "obs-text"),
        ("299", "HTTP/1.1 299 Odd", 299, "Odd", "RFC 9110 15: unknown ones are x00"),
        ("599", "HTTP/1.1 599 Odd", 599, "Odd", "RFC 9110 15"),
        ("401", "HTTP/1.1 401 No", 401, "No", "RFC 9110 15.5.2"),
        ("500", "HTTP/1.1 500 Error", 500, "Error", "RFC 9110 15.6.1: the worker's own"),
        ("302", "HTTP/1.1 302 Found", 302, "Found", "RFC 9110 15.4.3"),
    ]
] + [
    case("good status line: no blank behind the status", answer("HTTP/1.1 200", BODY, body="hi"), answered({200, 502}, kept=None),
         "RFC 9112 4: the blank is in the grammar, many servers leave it out"),
    case("good status line: HTTP/1.0", (answer("HTTP/1.0 200 OK", BODY, body="hi"), Step.CLOSE), answered(200, kept=True, body=b"hi"), "RFC 9110 2.5"),
    case("good status line: HTTP/1.2", answer("HTTP/1.2 200 OK", BODY, body="hi"), answered({200, 502}), "RFC 9110 2.5"),
]

FIELDS = [
    case(f"field: {name}", (ok(BODY, line, "X-Last: yes", body="hi"), Step.CLOSE), bad_gateway(or_clean), f"RFC 9112 5; {source}")
    for name, line, or_clean, source in [
        ("no colon", "A", True, "CVE-2022-37436 (httpd): the rest of the head became the body"),
        ("no name", ": b", True, "RFC 9110 5.1"),
        ("a blank before the colon", "A : b", True, "RFC 9112 5.1: a proxy MUST remove it"),
        ("a blank in the name", "A B: c", True, "RFC 9110 5.1"),
        ("a byte beyond ASCII in the name", "\xe4: b", True, "RFC 9110 5.1"),
        ("a control character in the name", "A\x01: b", True, "RFC 9110 5.1"),
        ("NUL in the name", "A\x00: b", True, "RFC 9110 5.1"),
        ("NUL in a value", "A: b\x00c", True, "RFC 9110 5.5: MUST reject or replace; CVE-2023-38709 (httpd)"),
        ("a bare CR in a value", "A: b\rSet-Cookie: JSESSIONID=evil", True, "RFC 9110 5.5; CVE-2023-38709 (httpd)"),
        ("a bare LF in a value", "A: b\nSet-Cookie: c", True, "RFC 9112 2.2; CVE-2024-42516 (httpd)"),
        ("folded", "A: b\r\n c", True, "RFC 9112 5.2: a proxy MUST replace or 502"),
        ("folded by a tab", "A: b\r\n\tc", True, "RFC 9112 5.2"),
        ("two CRs", "A: b\r", True, "RFC 9112 2.2"),
    ]
] + [
    case(f"field: {name}", (ok(BODY, line, "X-Last: yes", body="hi"), Step.CLOSE), bad_gateway(True), f"RFC 9110 5.5; {source}", policy=True)
    for name, line, source in [
        ("a control character in a value", "A: b\x01c", "no field-vchar"),
        ("DEL in a value", "A: b\x7f", "no field-vchar"),
        ("ESC in a value", "A: \x1b[2J", "no field-vchar"),
    ]
] + [
    case("field: bare LF everywhere", (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", Step.CLOSE), bad_gateway(True), "RFC 9112 2.2"),
    case("field: a blank line before the first", (b"HTTP/1.1 200 OK\r\n A: b\r\nContent-Length: 2\r\n\r\nhi", Step.CLOSE), bad_gateway(True), "RFC 9112 5.2"),
    case("field: 2000 of them", (ok(BODY, *(f"F{i}: v" for i in range(2000)), body="hi"), Step.CLOSE), bad_gateway(True), "bounded", policy=True),
    case("field: a head of 1 MiB", (ok(BODY, "A: " + "v" * (1 << 20), body="hi"), Step.CLOSE), bad_gateway(True), "limits.response_head; bounded", policy=True),
    case("field: a head without an end", (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 100000, Step.CLOSE), bad_gateway(), "limits.response_head; bounded"),
    case("field: two Set-Cookie lines stay two", ok(BODY, "Set-Cookie: a=1", "Set-Cookie: b=2; Path=/", body="hi"),
         answered(200, kept=True, fields={"Set-Cookie": ["a=1", "b=2; Path=/"]}), "RFC 6265 3"),
    case("field: Set-Cookie goes on byte for byte", ok(BODY, 'Set-Cookie: a="x, y";  Expires=Wed, 09 Jun 2031 10:18:14 GMT', body="hi"),
         answered(200, kept=True, fields={"Set-Cookie": ['a="x, y";  Expires=Wed, 09 Jun 2031 10:18:14 GMT']}), "RFC 6265 4.1"),
    case("field: an empty value", ok(BODY, "A:", body="hi"), answered(200, kept=True, fields={"A": ""}), "RFC 9110 5.5"),
    case("field: Content-Type goes on", ok(BODY, "Content-Type: text/html;charset=utf-8", body="hi"),
         answered(200, kept=True, fields={"Content-Type": "text/html;charset=utf-8"}), "RFC 9110 8.3; CVE-2023-38709 (httpd)"),
    case("field: Location goes on", answer("HTTP/1.1 302 Found", "Content-Length: 0", "Location: /x"),
         answered(302, kept=True, fields={"Location": "/x"}), "RFC 9110 10.2.2"),
]

HOP_BY_HOP = [
    case(f"not forwarded: {line}", ok(BODY, line, "X-Last: yes", body="hi"),
         answered(200, fields={line.partition(":")[0]: None, "X-Last": "yes"}), "RFC 9110 7.6.1: SHOULD remove", policy=True)
    for line in ["Proxy-Connection: keep-alive", "Trailer: A", "Upgrade: h2c", "TE: trailers"]
] + [
    case("not forwarded: Keep-Alive", ok(BODY, "Connection: keep-alive", "Keep-Alive: timeout=77", body="hi"),
         answered(200, kept=True, body=b"hi", fields={"Keep-Alive": None}), "RFC 9110 7.6.1", policy=True),
    case("not forwarded: Proxy-Authenticate", ok(BODY, "Proxy-Authenticate: Basic realm=x", body="hi"),
         answered(200, fields={"Proxy-Authenticate": None}), "RFC 9110 11.7.1", policy=True),
    case("not forwarded: what Connection names", ok(BODY, "Connection: X-Foo", "X-Foo: bar", body="hi"),
         answered(200, kept=True, fields={"X-Foo": None}), "RFC 9110 7.6.1: MUST"),
    case("Connection may not drop Set-Cookie", ok(BODY, "Connection: Set-Cookie", "Set-Cookie: a=1", body="hi"),
         answered(200, kept=True, fields={"Set-Cookie": "a=1"}), "RFC 9110 7.6.1", policy=True),
    case("Connection may not drop Content-Length", ok(BODY, "Connection: Content-Length", body="hi"),
         answered(200, kept=True, body=b"hi"), "RFC 9110 7.6.1"),
    case("Connection: close of the worker is its own", ok(BODY, "Connection: close", body="hi"), answered(200, kept=True, body=b"hi"),
         "RFC 9110 7.6.1", policy=True),
]

INTERIM = [
    case("100 that nobody asked for", answer("HTTP/1.1 100 Continue") + ok(BODY, body="hi"), answered(200, kept=True, body=b"hi"), "RFC 9110 15.2"),
    case("103 early hints", answer("HTTP/1.1 103 Early Hints", "Link: </a.css>") + ok(BODY, body="hi"),
         answered(200, kept=True, body=b"hi", interim=[103]), "RFC 9110 15.2: a proxy MUST forward 1xx; RFC 8297"),
    case("102 processing", answer("HTTP/1.1 102 Processing") + ok(BODY, body="hi"), answered(200, kept=True, body=b"hi", interim=[102]), "RFC 9110 15.2"),
    case("an unknown one", answer("HTTP/1.1 199 Odd") + ok(BODY, body="hi"), answered(200, kept=True, body=b"hi", interim=[199]), "RFC 9110 15.2"),
    case("two", answer("HTTP/1.1 103 A") * 2 + ok(BODY, body="hi"), answered(200, kept=True, body=b"hi", interim=[103, 103]), "RFC 9110 15.2"),
    case("ten", answer("HTTP/1.1 103 A") * 10 + ok(BODY, body="hi"), answered(200, kept=True, body=b"hi", interim=[103] * 10), "RFC 9110 15.2"),
    case("a flood", (answer("HTTP/1.1 103 A") * 1000 + ok(BODY, body="hi"), Step.CLOSE), bad_gateway(True), "bounded: at most 10", policy=True),
    case("to an HTTP/1.0 client", answer("HTTP/1.1 103 A") + ok(BODY, body="hi"), answered(200, kept=False, body=b"hi", interim=[]),
         "RFC 9110 15.2: MUST NOT", get(target="/scripted", version="1.0")),
    case("with a length", (answer("HTTP/1.1 103 A", "Content-Length: 2", body="hi") + ok(BODY, body="hi"), Step.CLOSE), bad_gateway(True),
         "RFC 9110 8.6: MUST NOT; response queue poisoning", policy=True),
    case("with chunked", (answer("HTTP/1.1 103 A", "Transfer-Encoding: chunked", body="0\r\n\r\n") + ok(BODY, body="hi"), Step.CLOSE),
         bad_gateway(True), "RFC 9112 6.1: MUST NOT; response queue poisoning", policy=True),
    case("with length 0", (answer("HTTP/1.1 100 Continue", "Content-Length: 0") + ok(BODY, body="hi"), Step.CLOSE), answered({200, 502}),
         "RFC 9110 8.6: MUST NOT be sent; nothing can follow it"),
    case("with Connection: close", (answer("HTTP/1.1 103 A", "Connection: close") + ok(BODY, body="hi"), Step.CLOSE), answered(200, body=b"hi"), "RFC 9110 15.2"),
    case("malformed", (answer("HTTP/1.1 103 A", "B : c") + ok(BODY, body="hi"), Step.CLOSE), bad_gateway(True), "RFC 9112 5.1"),
    case("and no final one", (answer("HTTP/1.1 103 A"), Step.CLOSE), bad_gateway(), "RFC 9112 8"),
    case("cut in the final one", (answer("HTTP/1.1 103 A") + b"HTTP/1.1 20", Step.CLOSE), bad_gateway(), "RFC 9112 8"),
    case("101 unasked, then 200", (answer("HTTP/1.1 101 Switching") + ok(BODY, body="hi"), Step.CLOSE), bad_gateway(), "RFC 9110 15.2.2"),
    case("in HTTP/1.0", (answer("HTTP/1.0 103 A") + ok(BODY, body="hi"), Step.CLOSE), answered({200, 502}), "RFC 9110 15.2: HTTP/1.0 has none"),
    case("HEAD with one", (answer("HTTP/1.1 103 A") + ok(BODY),), answered(200, kept=True, body=b"", interim=[103]), "RFC 9110 15.2",
         ASK.replace(b"GET", b"HEAD")),
]

CASES = theme("answers", STATUS_LINES, FIELDS, HOP_BY_HOP,
              [Case("interim: " + c.name, c.send, c.expect, c.source, c.script, c.policy) for c in INTERIM])

