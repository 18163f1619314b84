"""Several requests on one connection, and what is none of them (RFC 9112 9.3.2, 2.2)."""

from case import SMUGGLED, Case, Step, answer, bad_gateway, declined, ended, get, many, ok, passed, post, refused, theme

EMPTY = b"\r\n"

PIPELINES = [
    Case("two", get(target="/a") + get(target="/b"), many(200, 200, seen=2, kept=True, target="/a"), "RFC 9112 9.3.2"),
    Case("twenty", b"".join(get(target=f"/{i}") for i in range(20)), many(*[200] * 20, seen=20, kept=True, target="/0"), "RFC 9112 9.3.2"),
    Case("two with bodies", post("Content-Length: 5", body="hello") + post("Content-Length: 2", body="hi", target="/y"),
         many(200, 200, seen=2, kept=True, body=b"hello"), "RFC 9112 9.3.2"),
    Case("a good one, then a bad one", get() + get("A : b"), many(200, 400, seen=1, kept=False), "RFC 9112 9.3.2"),
    Case("a good one, then both lengths", get() + post("Content-Length: 5", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
         many(200, 400, seen=1, kept=False), "RFC 9112 6.1", policy=True),
    Case("a bad one, then a good one", get("A : b") + SMUGGLED, refused(), "RFC 9112 9.3.2: nothing behind it is trusted; CVE-2022-22720 (httpd)"),
    Case("no Host, then a good one", get(host=None) + SMUGGLED, refused(), "CVE-2022-22720 (httpd)"),
    Case("a bad length, then a good one", post("Content-Length: x") + SMUGGLED, refused(), "CVE-2022-22720 (httpd)"),
    Case("too large a head, then a good one", get("A: " + "v" * 40000) + SMUGGLED, refused({400, 431}), "CVE-2022-22720 (httpd), CVE-2020-11993"),
    Case("a malformed body, then a good one", post("Transfer-Encoding: chunked", body=b"x\r\n") + SMUGGLED, refused(), "CVE-2022-22720 (httpd)"),
    Case("a malformed second chunk, then a good one", post("Transfer-Encoding: chunked", body=b"1\r\na\r\nx\r\n") + SMUGGLED, refused(),
         "CVE-2022-22720 (httpd), CVE-2014-0227 (Tomcat)"),
    Case("a length that is too short", post("Content-Length: 3", body="hello") + b"\r\n\r\n", many(200, {400, 501, 505}, seen=1, kept=False),
         "RFC 9112 6.3: what is left is no request"),
    Case("HEAD, then GET", get().replace(b"GET", b"HEAD") + get(target="/y"), many(200, 200, seen=2, kept=True, method="HEAD"), "RFC 9110 9.3.2"),
    Case("error by the proxy for HEAD has no body", get(host=None).replace(b"GET", b"HEAD"), refused(), "RFC 9110 9.3.2: MUST NOT send content"),
    Case("a broken one between two", get(target="/a") + get("A : b", target="/b") + get(target="/smuggled"),
         many(200, 400, seen=1, kept=False), "RFC 9112 5.1: MUST 400"),
    Case("the worker closes, the client's connection lives on", get(target="/scripted") + get(target="/y"),
         many(200, 200, seen=2, kept=True), "RFC 9110 7.6.1: Connection concerns one connection only", policy=True,
         script=(ok("Content-Length: 2", "Connection: close", body="hi"), Step.CLOSE)),
]

GARBAGE = [
    Case("an empty line before a request", EMPTY + get(), passed(), "RFC 9112 2.2: SHOULD ignore one at least"),
    Case("two empty lines before a request", EMPTY * 2 + get(), passed(), "RFC 9112 2.2"),
    Case("an empty line between two requests", get(target="/a") + EMPTY + get(target="/b"), many(200, 200, seen=2, kept=True), "RFC 9112 2.2"),
    Case("CRLF behind a body", post("Content-Length: 5", body="hello") + EMPTY + get(target="/y"), many(200, 200, seen=2, kept=True),
         "RFC 9112 2.2: what old clients send"),
    Case("1000 empty lines", EMPTY * 1000 + get(), refused(or_clean=True), "RFC 9112 2.2; bounded", policy=True),
    Case("a bare LF before a request", b"\n" + get(), refused(or_clean=True), "RFC 9112 2.2", policy=True),
    Case("a bare CR before a request", b"\r" + get(), refused(or_clean=True), "RFC 9112 2.2", policy=True),
    Case("a blank line before a request", b" \r\n" + get(), refused(), "RFC 9112 2.2"),
    Case("bytes of chance", bytes(range(128, 256)) + b"\r\n\r\n", refused(), "RFC 9112 3"),
    Case("zeros", bytes(300) + b"\r\n\r\n", refused(), "RFC 9112 3"),
    Case("50 KiB of zeros", bytes(50000), refused({400, 414}), "RFC 9112 3; bounded"),
    Case("1 MiB of letters", b"x" * (1 << 20), refused({400, 414}), "RFC 9112 3; bounded"),
    Case("SMTP", b"HELO h\r\nMAIL FROM:<x@h>\r\n\r\n", refused({400, 505}), "RFC 9112 3"),
    Case("SSH", b"SSH-2.0-x\r\n\r\n", refused(), "RFC 9112 3"),
    Case("AJP", b"\x12\x34\x00\x01\x0a\r\n\r\n", refused(), "CVE-2020-1938 (Tomcat): another protocol"),
    Case("PROXY protocol v1", b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + get(), refused(), "never guessed: it would forge the client's address"),
    Case("PROXY protocol v2", b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + bytes(12) + get(), refused(), "never guessed"),
    Case("an answer", ok("Content-Length: 0"), refused({400, 501, 505}), "RFC 9112 3"),
    Case("nothing but the end", (b"", Step.HALF_CLOSE), ended(), "RFC 9112 9.5"),
    Case("half a request line, then the end", (b"GET /x HT", Step.HALF_CLOSE), ended(), "RFC 9112 8", policy=True),
    Case("half a head, then the end", (b"GET /x HTTP/1.1\r\nHost: h\r\n", Step.HALF_CLOSE), ended(), "RFC 9112 8", policy=True),
    Case("half a head, then nothing", (b"GET /x HTTP/1.1\r\nHost: h\r\n",), refused(408), "RFC 9110 15.5.9; slowloris (CVE-2007-6750)"),
    Case("half a body, then nothing", (post("Content-Length: 10", body="hello"),), refused(408), "RFC 9110 15.5.9; slow body (R.U.D.Y.)", policy=True),
]

BODY = (f"Content-Length: {len(SMUGGLED)}",)
CHUNKS = b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n"
# What the proxy answers itself before the body has been read: its bytes are nobody's request.
REFUSALS = [
    Case("refused by the proxy: not mounted, with a body", post(*BODY, body=SMUGGLED, target="/manager"), declined(404),
         "RFC 9112 9.3; CVE-2022-22720 (httpd), CVE-2019-20372 (nginx)", setting="mount"),
    Case("refused by the proxy: not mounted, chunked", post("Transfer-Encoding: chunked", body=CHUNKS, target="/manager"), declined(404),
         "RFC 9112 9.3; CVE-2022-22720 (httpd)", setting="mount"),
    Case("refused by the proxy: not mounted, GET with a body", get(*BODY, target="/manager") + SMUGGLED, declined(404),
         "RFC 9112 9.3; CVE-2019-20372 (nginx)", setting="mount"),
    Case("refused by the proxy: not mounted, the body comes later", (post(*BODY, target="/manager"), Step.ANSWERED, SMUGGLED), declined(404),
         "RFC 9112 9.3; CVE-2022-22720 (httpd)", setting="mount"),
    Case("refused by the proxy: not mounted, it expects to go on", (post("Expect: 100-continue", *BODY, target="/manager"), Step.ANSWERED, SMUGGLED),
         declined({404, 417}), "RFC 9110 10.1.1; 0.CL by Expect: HTTP/1.1 must die (2025)", setting="mount"),
    Case("refused by the proxy: a path, with a body", post(*BODY, body=SMUGGLED, target="/app/%2e%2e/x"), declined({400, 403, 404}),
         "RFC 9112 9.3; CVE-2022-22720 (httpd)", setting="mount"),
    Case("refused by the proxy: TRACE with a body", post(*BODY, body=SMUGGLED).replace(b"POST", b"TRACE"), declined({400, 405, 413, 501}),
         "RFC 9110 9.3.8; CVE-2022-22720 (httpd)", policy=True),
    Case("refused by the proxy: an expectation, with a body", post("Expect: x", *BODY, body=SMUGGLED), declined({400, 417}),
         "RFC 9110 10.1.1; CVE-2022-22720 (httpd)", policy=True),
    Case("refused by the proxy: not mounted, then another", get(target="/manager") + get(target="/app/x"), many(404, 200, seen=1),
         "RFC 9112 9.3.2", setting="mount", policy=True),
    Case("refused by the proxy: HEAD, not mounted", get(target="/manager").replace(b"GET", b"HEAD") + get(target="/app/x"), many(404, 200, seen=1),
         "RFC 9110 9.3.2", setting="mount", policy=True),
]

EARLY = [
    Case("the worker answers before the body has come", (post("Content-Length: 5", target="/scripted"), Step.ANSWERED, b"hello"),
         many(200), "RFC 9112 9.3: early answers; 0.CL gadget: HTTP/1.1 must die (2025)", script=(Step.AT_ONCE, ok("Content-Length: 2", body="hi"), Step.BODY)),
    Case("the worker answers early, and the body is a request",
         (post(f"Content-Length: {len(SMUGGLED)}", target="/scripted"), Step.ANSWERED, SMUGGLED),
         many(200), "0.CL: HTTP/1.1 must die (2025); CVE-2022-22720 (httpd)", script=(Step.AT_ONCE, ok("Content-Length: 2", body="hi"), Step.BODY)),
    Case("the worker answers early and closes", (post("Content-Length: 100000", target="/scripted"), Step.ANSWERED, b"x" * 1000),
         many(413), "RFC 9110 15.5.14", script=(Step.AT_ONCE, answer("HTTP/1.1 413 No", "Content-Length: 0", "Connection: close"), Step.CLOSE)),
    Case("the worker resets in mid-body", (post("Content-Length: 100000", body="x" * 1000, target="/scripted"),),
         bad_gateway(), "RFC 9110 15.6.3", script=(Step.AT_ONCE, Step.RESET)),
]

CASES = theme("pipelining", PIPELINES, GARBAGE, REFUSALS, EARLY)
