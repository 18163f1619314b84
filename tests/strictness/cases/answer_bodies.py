"""Where a worker's answer ends, and what lies behind it (RFC 9112 6.3)."""

import dataclasses

from case import Case, Step, answer, answered, bad_gateway, chunked, cut_off, get, many, ok, post, theme

ASK = get(target="/scripted")
HEAD = ASK.replace(b"GET", b"HEAD")
TWO, TE, LAST = "Content-Length: 2", "Transfer-Encoding: chunked", b"0\r\n\r\n"
POISON = ok("Content-Length: 6", body="POISON")


def case(name, script, expect, source, send=ASK, policy=False, dripped=None):
    return Case(name, send, expect, source, script if isinstance(script, tuple) else (script,), policy=policy, dripped=dripped)


GOOD = [
    case("a length", ok(TWO, body="hi"), answered(200, kept=True, body=b"hi", fields={"Content-Length": "2"}), "RFC 9112 6.2"),
    case("length 0", ok("Content-Length: 0"), answered(200, kept=True, body=b""), "RFC 9112 6.2"),
    case("leading zeros", ok("Content-Length: 0002", body="hi"), answered({200, 502}), "RFC 9110 8.6: one canonical number goes on"),
    case("chunked", ok(TE, body=b"2\r\nhi\r\n" + LAST), answered(200, kept=True, body=b"hi"), "RFC 9112 7.1"),
    case("chunked in capitals", ok("TRANSFER-ENCODING: CHUNKED", body=b"2\r\nhi\r\n" + LAST), answered(200, kept=True, body=b"hi"), "RFC 9112 7"),
    case("chunked with an extension", ok(TE, body=b"2;a=b\r\nhi\r\n" + LAST), answered(200, kept=True, body=b"hi"), "RFC 9112 7.1.1"),
    case("chunked with a trailer", ok(TE, body=b"2\r\nhi\r\n0\r\nA: b\r\n\r\n"), answered(200, kept=True, body=b"hi"), "RFC 9112 7.1.2", policy=True),
    case("until the end", (ok(body="hi"), Step.CLOSE), answered(200, body=b"hi", whole=True), "RFC 9112 6.3 rule 8"),
    case("until the end, HTTP/1.0", (answer("HTTP/1.0 200 OK", body="hi"), Step.CLOSE), answered(200, body=b"hi", whole=True), "RFC 9112 6.3 rule 8"),
    case("chunked to an HTTP/1.0 client", ok(TE, body=b"2\r\nhi\r\n" + LAST),
         answered(200, kept=False, body=b"hi", fields={"Transfer-Encoding": None}), "RFC 9112 6.1: MUST NOT", get(target="/scripted", version="1.0")),
    case("chunked to an HTTP/1.0 client that would stay", ok(TE, body=b"2\r\nhi\r\n" + LAST),
         answered(200, body=b"hi", fields={"Transfer-Encoding": None}), "RFC 9112 6.1: MUST NOT",
         get("Connection: keep-alive", target="/scripted", version="1.0")),
    case("until the end to an HTTP/1.0 client", (ok(body="hi"), Step.CLOSE), answered(200, kept=False, body=b"hi"), "RFC 9112 6.3",
         get("Connection: keep-alive", target="/scripted", version="1.0")),
    case("205 with a body", answer("HTTP/1.1 205 Reset", TWO, body="hi"), answered({205, 502}), "RFC 9110 15.3.6: MUST NOT, yet it is framed"),
    case("a body in pieces", (ok("Content-Length: 10", body="hel"), Step.HOLD, b"lo ", Step.HOLD, b"you!"), answered(200, kept=True, body=b"hello you!"),
         "RFC 9112 6.2"),
    case("an answer of 200,000 bytes", ok("Content-Length: 200000", body="z" * 200000), answered(200, kept=True, body=b"z" * 200000), "RFC 9112 6.2"),
    case("equal lengths", ok(TWO, TWO, body="hi"), answered({200, 502}), "RFC 9112 6.3 rule 5: one number, or 502"),
    case("equal lengths in a list", ok("Content-Length: 2, 2", body="hi"), answered({200, 502}), "RFC 9112 6.3 rule 5: one number, or 502"),
]

BAD_LENGTHS = [
    case(f"length: {name}", (ok(*lines, body="hi"), Step.CLOSE), bad_gateway(or_clean), f"RFC 9112 6.3; {source}")
    for name, lines, or_clean, source in [
        ("two that differ", ("Content-Length: 2", "Content-Length: 1"), False, "MUST 502"),
        ("two that differ, the larger last", ("Content-Length: 1", "Content-Length: 2"), False, "MUST 502"),
        ("two that differ in a list", ("Content-Length: 2, 1",), False, "MUST 502"),
        ("a word", ("Content-Length: x",), False, "MUST 502"),
        ("empty", ("Content-Length:",), False, "MUST 502; CVE-2023-40225 (HAProxy)"),
        ("negative", ("Content-Length: -2",), False, "MUST 502"),
        ("plus", ("Content-Length: +2",), False, "MUST 502"),
        ("hexadecimal", ("Content-Length: 0x2",), False, "MUST 502"),
        ("letters behind", ("Content-Length: 2a",), False, "MUST 502"),
        ("a blank inside", ("Content-Length: 2 2",), False, "MUST 502"),
        ("2^64 + 2", ("Content-Length: 18446744073709551618",), False, "MUST 502"),
        ("2^63", ("Content-Length: 9223372036854775808",), False, "MUST 502, or beyond what anyone sends"),
        ("a comma behind", ("Content-Length: 2,",), False, "MUST 502"),
        ("both", ("Content-Length: 2", TE), True, "RFC 9112 6.3 rule 3: ought to be handled as an error"),
        ("both, the other way", (TE, "Content-Length: 2"), True, "RFC 9112 6.3 rule 3"),
        ("with a blank before the colon", ("Content-Length : 2",), True, "RFC 9112 5.1"),
    ]
] + [
    case("length: both, and they agree", (ok("Content-Length: 12", TE, body=b"2\r\nhi\r\n" + LAST), Step.CLOSE), bad_gateway(True),
         "RFC 9112 6.3 rule 3; CVE-2024-24795 (httpd)"),
    case("length: both, a second answer inside", (ok(f"Content-Length: {5 + len(POISON)}", TE, body=LAST + POISON), Step.CLOSE), bad_gateway(True),
         "RFC 9112 6.3 rule 3; response splitting"),
]

CODINGS = [
    case(f"coding: {name}", (ok(line, body=b"2\r\nhi\r\n" + LAST), Step.CLOSE), bad_gateway(or_clean), f"RFC 9112 6.3; {source}")
    for name, line, or_clean, source in [
        ("gzip", "Transfer-Encoding: gzip", False, "a coding that is not understood"),
        ("identity", "Transfer-Encoding: identity", True, "a coding that is not understood"),
        ("gzip, chunked", "Transfer-Encoding: gzip, chunked", False, "a coding that is not understood"),
        ("chunked, gzip", "Transfer-Encoding: chunked, gzip", False, "chunked is not the last"),
        ("chunked twice", "Transfer-Encoding: chunked, chunked", False, "RFC 9112 6.1"),
        ("xchunked", "Transfer-Encoding: xchunked", False, "a coding that is not understood"),
        ("a parameter", "Transfer-Encoding: chunked;a=b", False, "RFC 9112 7"),
        ("a vertical tab", "Transfer-Encoding: \x0bchunked", False, "RFC 9110 5.5"),
        ("empty", "Transfer-Encoding:", False, "RFC 9112 6.1"),
        ("two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", False, "RFC 9112 6.1"),
        ("folded", "Transfer-Encoding:\r\n chunked", True, "RFC 9112 5.2"),
    ]
] + [
    case("coding: chunked in HTTP/1.0", (answer("HTTP/1.0 200 OK", TE, body=b"2\r\nhi\r\n" + LAST), Step.CLOSE), bad_gateway(True),
         "RFC 9112 6.1: MUST treat the framing as faulty"),
]

# Nothing of the answer has been sent when its first chunk turns out to be malformed; byte by byte its head has.
FIRST_CHUNKS = [
    case(f"first chunk: {name}", (ok(TE, body=body), Step.CLOSE), bad_gateway(or_clean), f"RFC 9112 7.1; {source}", dripped=cut_off())
    for name, body, or_clean, source in [
        ("no size", b"\r\nhi\r\n" + LAST, False, ""),
        ("no number", b"x\r\nhi\r\n" + LAST, False, ""),
        ("negative", b"-2\r\nhi\r\n" + LAST, False, ""),
        ("0x", b"0x2\r\nhi\r\n" + LAST, False, ""),
        ("plus", b"+2\r\nhi\r\n" + LAST, False, ""),
        ("2^64", b"10000000000000000\r\nhi\r\n" + LAST, False, ""),
        ("a bare LF", b"2\nhi\n0\n\n", True, "RFC 9112 2.2"),
        ("a bare LF in an extension", b"2;\nhi\r\n" + LAST, False, "TERM.EXT (Funky chunks, 2025)"),
        ("no chunks at all", b"hello, world", False, ""),
        ("longer than its size", b"1\r\nhi\r\n" + LAST, False, ""),
        ("an extension of 1 MiB", b"2;" + b"a" * (1 << 20) + b"\r\nhi\r\n" + LAST, True, "bounded"),
    ]
]

CUT = [
    case(f"cut off: {name}", (ok(*fields, body=body), Step.CLOSE), cut_off(), f"RFC 9112 8; {source}")
    for name, fields, body, source in [
        ("half a body", (TWO,), b"h", "a truncated body must be seen as truncated"),
        ("no body", (TWO,), b"", "RFC 9112 6.3"),
        ("half a chunk", (TE,), b"5\r\nhel", ""),
        ("no last chunk", (TE,), b"2\r\nhi\r\n", ""),
        ("half a last chunk", (TE,), b"2\r\nhi\r\n0\r\n", ""),
        ("a malformed second chunk", (TE,), b"2\r\nhi\r\nx\r\nhi\r\n" + LAST, ""),
        ("trailers of 100 KiB", (TE,), b"2\r\nhi\r\n0\r\nA: " + b"b" * 100000, "bounded"),
        ("a trailer that is an answer", (TE,), b"2\r\nhi\r\n0\r\n" + POISON, "response splitting"),
    ]
] + [
    case("cut off: reset in mid-body", (ok("Content-Length: 100000", body="x" * 1000), Step.HOLD, Step.RESET), cut_off(), "RFC 9112 8"),
    case("cut off: half a chunk, to an HTTP/1.0 client", (ok(TE, body=b"5\r\nhel"), Step.HOLD, Step.CLOSE), cut_off(),
         "RFC 9112 8: by a reset, since the end of the connection means the end of the body", get(target="/scripted", version="1.0")),
]
NO_BODIES = [
    case("HEAD with a length", ok("Content-Length: 1000"), answered(200, kept=True, body=b"", fields={"Content-Length": "1000"}), "RFC 9110 9.3.2", HEAD),
    case("HEAD with chunked", ok(TE), answered(200, kept=True, body=b""), "RFC 9110 9.3.2", HEAD),
    case("HEAD with a body", (ok(TWO, body="hi"), Step.HOLD), answered(200, kept=True, body=b""), "RFC 9110 9.3.2: MUST NOT; response queue poisoning", HEAD),
    case("HEAD with an answer for a body", (ok(f"Content-Length: {len(POISON)}", body=POISON), Step.HOLD), answered(200, kept=True, body=b""),
         "RFC 9110 9.3.2; response queue poisoning", HEAD),
    case("HEAD with lengths that differ", (ok(TWO, "Content-Length: 3"), Step.CLOSE), bad_gateway(), "RFC 9112 6.3", HEAD, policy=True),
    case("204", answer("HTTP/1.1 204 No Content"), answered(204, kept=True, body=b""), "RFC 9110 15.3.5"),
    case("204 with a length of 0", answer("HTTP/1.1 204 No Content", "Content-Length: 0"),
         answered(204, kept=True, body=b"", fields={"Content-Length": None}), "RFC 9110 8.6: MUST NOT"),
    case("204 with a length and a body", (answer("HTTP/1.1 204 No Content", TWO, body="hi"), Step.HOLD),
         answered({204, 502}), "RFC 9110 15.3.5; RFC 9112 6.3 rule 1"),
    case("204 with an answer for a body", (answer("HTTP/1.1 204 No Content", f"Content-Length: {len(POISON)}", body=POISON), Step.HOLD),
         answered({204, 502}), "RFC 9112 6.3 rule 1; response queue poisoning"),
    case("204 with chunks", (answer("HTTP/1.1 204 No Content", TE, body=b"2\r\nhi\r\n" + LAST), Step.HOLD), answered({204, 502}), "RFC 9112 6.1: MUST NOT"),
    case("304", answer("HTTP/1.1 304 Not Modified", 'ETag: "a"'), answered(304, kept=True, body=b"", fields={"ETag": '"a"'}), "RFC 9110 15.4.5"),
    case("304 with a length", answer("HTTP/1.1 304 Not Modified", "Content-Length: 1000"), answered(304, kept=True, body=b""), "RFC 9110 8.6"),
    case("304 with a body", (answer("HTTP/1.1 304 Not Modified", TWO, body="hi"), Step.HOLD), answered(304, kept=True, body=b""), "RFC 9112 6.3 rule 1"),
    case("304 with an answer for a body", (answer("HTTP/1.1 304 Not Modified", f"Content-Length: {len(POISON)}", body=POISON), Step.HOLD),
         answered(304, kept=True, body=b""), "RFC 9112 6.3 rule 1; response queue poisoning"),
    case("304 with chunked", answer("HTTP/1.1 304 Not Modified", TE), answered(304, kept=True, body=b""), "RFC 9112 6.1"),
]
BEHIND = [
    case("an answer behind an answer", (ok(TWO, body="hi") + POISON, Step.HOLD), answered(200, kept=True, body=b"hi"),
         "RFC 9112 9.2: MUST NOT be taken for the next request's; response queue poisoning"),
    case("an answer that comes after the answer", (ok(TWO, body="hi"), Step.HOLD, POISON), answered(200, kept=True, body=b"hi"),
         "RFC 9112 9.2; response queue poisoning", (ASK, Step.PLAYED)),
    case("an answer behind the last chunk", (ok(TE, body=b"2\r\nhi\r\n" + LAST + POISON), Step.HOLD), answered(200, kept=True, body=b"hi"), "RFC 9112 9.2"),
    case("one byte behind an answer", (ok(TWO, body="hi!"), Step.HOLD), answered(200, kept=True, body=b"hi"), "RFC 9112 9.2"),
    case("garbage behind an answer", (ok(TWO, body=b"hi" + bytes(1000)), Step.HOLD), answered(200, kept=True, body=b"hi"), "RFC 9112 9.2"),
    case("CRLF behind an answer", (ok(TWO, body="hi\r\n"), Step.HOLD), answered(200, kept=True, body=b"hi"), "RFC 9112 9.2"),
    case("an interim answer behind an answer", (ok(TWO, body="hi") + answer("HTTP/1.1 100 Continue"), Step.HOLD), answered(200, kept=True, body=b"hi"),
         "RFC 9112 9.2"),
    case("a 408 of the worker that gives up", (ok(TWO, body="hi"), Step.HOLD, answer("HTTP/1.1 408 Timeout", "Connection: close"), Step.CLOSE),
         answered(200, kept=True, body=b"hi"), "RFC 9112 9.2: some servers say so before they close", (ASK, Step.PLAYED)),
    case("the worker closes without a word", (ok(TWO, body="hi"), Step.CLOSE), answered(200, kept=True, body=b"hi"), "RFC 9112 9.3", (ASK, Step.PLAYED)),
    case("two requests, an answer and a half", (ok(TWO, body="hi") + b"HTTP/1.1 200 OK\r\nContent-", Step.HOLD), many(200, 200), "RFC 9112 9.2",
         ASK + get(target="/y")),
    case("two requests, the first answer brings a second", (ok(TWO, body="hi") + POISON, Step.HOLD), many(200, 200, seen=2, kept=True), "RFC 9112 9.2",
         ASK + get(target="/y")),
]

SPLITTING = [
    case("what the client sent stays where it is", ok(TWO, body="hi"), answered(200, kept=True, body=b"hi", fields={"X-Injected": None}),
         "CVE-2023-25690 (httpd): response splitting", get(target="/scripted?a=%0d%0aX-Injected:%20yes")),
    case("POST is not sent twice", (Step.CLOSE,), many(502, seen=1), "RFC 9110 9.2.2", post(TWO, body="hi", target="/scripted")),
    case("a chunked POST is not sent twice", (Step.CLOSE,), many(502, seen=1), "RFC 9110 9.2.2",
         chunked(b"2\r\nhi\r\n" + LAST, target="/scripted")),
]

NO_BODIES, BEHIND = ([dataclasses.replace(case, at_once=True) for case in group] for group in (NO_BODIES, BEHIND))

CASES = theme("answer_bodies", GOOD, BAD_LENGTHS, CODINGS, FIRST_CHUNKS, CUT, NO_BODIES, BEHIND, SPLITTING)
