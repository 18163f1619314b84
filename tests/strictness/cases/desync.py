"""What two readers of the same bytes disagree about: one more request for one of them (research of 2019 to 2025)."""

from case import SMUGGLED, Case, Step, answer, answered, bad_gateway, chunked, cut_off, declined, get, many, ok, passed, post, refused, request, theme

TE, CL, LAST = "Transfer-Encoding: chunked", "Content-Length: ", b"0\r\n\r\n"
HIDDEN = b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n" + LAST
OWN_LENGTH = CL + str(len(SMUGGLED))
SPLIT = "GET /smuggled HTTP/1.1\r\nHost: evil\r\n\r\n"

# A server that takes the body of such a request for the next one: TE.0 and CL.0.
BODIES = [
    Case(f"TE.0: {method}", request(f"{method} /x HTTP/1.1", TE, body=HIDDEN), passed(method=method, body=SMUGGLED),
         "RFC 9112 6.3; TE.0 (2024, Google's load balancers)")
    for method in ("GET", "HEAD", "OPTIONS", "DELETE", "PUT", "PATCH", "PROPFIND", "FOO")
] + [
    Case(f"CL.0: {method}", request(f"{method} /x HTTP/1.1", OWN_LENGTH, body=SMUGGLED), passed(method=method, body=SMUGGLED),
         "RFC 9112 6.3; CL.0 (browser-powered desync, 2022)")
    for method in ("PUT", "PATCH", "DELETE", "PROPFIND", "FOO")
] + [
    Case("CL.0: the worker answers before it has read the body", (post(OWN_LENGTH, target="/scripted"), Step.HEAD_SEEN, SMUGGLED),
         answered(200, kept=None), "CL.0 (browser-powered desync, 2022): its connection is not used again", (Step.AT_ONCE, ok(CL + "2", body="hi"), Step.BODY)),
    Case("CL.0: the worker answers at once, the body comes in halves", (post(OWN_LENGTH, target="/scripted") + SMUGGLED[:9], Step.ANSWERED, SMUGGLED[9:]),
         answered(200, kept=None), "pause-based desync (2022)", (Step.AT_ONCE, ok(CL + "2", body="hi"), Step.BODY)),
    Case("TE.0: the worker answers before it has read the chunks", (post(TE, target="/scripted"), Step.HEAD_SEEN, HIDDEN),
         answered(200, kept=None), "CL.0 (browser-powered desync, 2022)", (Step.AT_ONCE, ok(CL + "2", body="hi"), Step.BODY)),
    Case("a pause within the body", (post(OWN_LENGTH), SMUGGLED[:5], Step.HEAD_SEEN, SMUGGLED[5:]), passed(body=SMUGGLED), "pause-based desync (2022)"),
    Case("a pause within a chunk's size", (post(TE), HIDDEN[:1], Step.HEAD_SEEN, HIDDEN[1:]), passed(body=SMUGGLED), "pause-based desync (2022)"),
]

LENGTHS = [
    Case(f"length: {name}", post(*lines, body="hello"), refused(or_clean=or_clean), f"RFC 9112 6.3; {source}")
    for name, lines, or_clean, source in [
        ("folded", ("Content-Length:\r\n 5",), True, "RFC 9112 5.2"),
        ("folded behind its first digit", (CL + "5\r\n 0",), True, "RFC 9112 5.2: 5, 50 or 5 0"),
        ("hidden by a folded line", ("A: b\r\n\t" + CL + "5", CL + "3"), True, "RFC 9112 5.2"),
        ("plus, and chunked", (CL + "+5", TE), False, "CVE-2021-32715 (hyper)"),
        ("a list of 1, and a line", (CL + "5,", CL + "5"), False, "CVE-2023-40225 (HAProxy)"),
        ("a second one that is empty", (CL + "5", CL), False, "CVE-2023-40225 (HAProxy)"),
        ("a second one with plus", (CL + "5", CL + "+5"), False, "RFC 9110 8.6"),
        ("a second one without its colon", (CL + "5", "Content-Length"), False, "CVE-2019-20444 (Netty)"),
        ("a second one with a colon more", (CL + "5", "Content-Length:: 3"), False, "RFC 9110 8.6"),
        ("NUL behind its name", (CL + "5", "Content-Length\x00: 3"), False, "RFC 9110 5.1"),
        ("a bare CR before its name", (CL + "5", "\rContent-Length: 3"), False, "CVE-2020-8201 (Node)"),
        ("behind a bare CR in a value", ("A: b\r" + CL + "3", CL + "5"), False, "CVE-2023-30589 (llhttp)"),
        ("beyond the digits of a signed number", (CL + "-9223372036854775803",), False, "CVE-2014-0099 (Tomcat)"),
        ("a fraction of nothing", (CL + "5.",), False, "RFC 9110 8.6"),
        ("with a unit", (CL + "5 bytes",), False, "RFC 9110 8.6"),
        ("octal", (CL + "0o5",), False, "RFC 9110 8.6"),
    ]
] + [
    Case("length: the same number, spelled otherwise", post(CL + "5", CL + "05", body="hello"), passed(body=b"hello", fields={"Content-Length": "5"}),
         "RFC 9110 8.6: one canonical number, or refused", policy=True),
    Case("length: a list with blanks", post(CL + "5 , 5", body="hello"), passed(body=b"hello", fields={"Content-Length": "5"}),
         "RFC 9110 8.6: one canonical number, or refused", policy=True),
    Case("length: a name that is longer by one", post(CL + "5", "Content-Lengths: 3", body="hello"), passed(body=b"hello"), "RFC 9110 5.1"),
    Case("length: a dot for the hyphen", post(CL + "5", "Content.Length: 3", body="hello"), passed(body=b"hello"), "RFC 9110 5.1", policy=True),
]

CODINGS = [
    Case(f"coding: {name}", post(*lines, body=b"5\r\nhello\r\n" + LAST), refused({400, 501}, or_clean=or_clean), f"RFC 9112 6.1; {source}")
    for name, lines, or_clean, source in [
        ("a vertical tab for the blank", ("Transfer-Encoding:\x0bchunked",), False, "CVE-2019-18277 (HAProxy)"),
        ("a form feed for the blank", ("Transfer-Encoding:\x0cchunked",), False, "RFC 9110 5.5"),
        ("a bare CR for the blank", ("Transfer-Encoding:\rchunked",), True, "RFC 9112 2.2"),
        ("a backspace over a letter", ("Transfer-Encoding: chunkedd\x08",), False, "RFC 9110 5.5"),
        ("folded behind itself", (TE + "\r\n gzip",), True, "RFC 9112 5.2"),
        ("folded behind a comma", ("Transfer-Encoding: gzip,\r\n chunked",), True, "RFC 9112 5.2"),
        ("a second one without its colon", (TE, "Transfer-Encoding"), False, "CVE-2019-20444 (Netty)"),
        ("a second one in the first line's end", ("A: b\nTransfer-Encoding: x", TE), True, "RFC 9112 2.2"),
        ("trailers", ("Transfer-Encoding: trailers",), False, "RFC 9110 10.1.4: a word of TE"),
        ("a quality", ("Transfer-Encoding: chunked;q=1.0",), False, "RFC 9110 10.1.4: a word of TE"),
        ("cow", ("Transfer-Encoding: cow", TE), False, "HTTP desync attacks (2019)"),
        ("a byte order mark", ("Transfer-Encoding: \xef\xbb\xbfchunked",), False, "RFC 9112 7"),
        ("long s", ("Tran\xc5\xbffer-Encoding: chunked",), False, "RFC 9110 5.1; CVE-2025-53643-like"),
    ]
] + [
    Case("coding: in TE instead", get("TE: chunked", "X-Last: yes"), passed(fields={"TE": None, "X-Last": "yes"}), "RFC 9110 10.1.4: MUST NOT", policy=True),
    Case("coding: in Content-Encoding instead", post("Content-Encoding: chunked", CL + "5", body="hello"), passed(body=b"hello"), "RFC 9110 8.4"),
    Case("coding: a Trailer that names it", chunked(b"5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", "Trailer: Transfer-Encoding"),
         passed(body=b"hello"), "RFC 9110 6.5.1"),
]

CHUNKS = [
    Case(f"chunks: {name}", chunked(body), refused({400, 413}, or_clean=or_clean), f"RFC 9112 7.1; {source}")
    for name, body, or_clean, source in [
        ("a line end in a quoted extension", b'5;a="\r\n0\r\n\r\n' + SMUGGLED, True, "Funky chunks (2025)"),
        ("a bare CR before the size", b"\r5\r\nhello\r\n" + LAST, False, "RFC 9112 2.2"),
        ("a bare LF before the size", b"\n5\r\nhello\r\n" + LAST, False, "RFC 9112 2.2"),
        ("an empty line before the last size", b"5\r\nhello\r\n\r\n" + LAST, False, "RFC 9112 7.1"),
        ("a blank before an extension's line end, a LF in it", b"5 ;\n\r\nhello\r\n" + LAST, False, "CVE-2025-55315 (Kestrel)"),
        ("a bare CR in the last chunk's extension", b"5\r\nhello\r\n0;a\rb\r\n\r\n", False, "EXT.TERM (Funky chunks, 2025)"),
        ("a bare LF in the last chunk's extension", b"5\r\nhello\r\n0;a\n\r\n\r\n", False, "TERM.EXT (Funky chunks, 2025)"),
        ("a bare CR behind the last size", b"5\r\nhello\r\n0\r\r\n", False, "RFC 9112 2.2"),
        ("minus 0 as the last size", b"5\r\nhello\r\n-0\r\n\r\n", False, "CVE-2014-0075 (Tomcat)"),
        ("0x0 as the last size", b"5\r\nhello\r\n0x0\r\n\r\n", False, "CVE-2023-38697"),
        ("plus in a later size", b"1\r\nh\r\n+4\r\nello\r\n" + LAST, False, "CVE-2022-24761 (Waitress)"),
        ("a pseudo field as a trailer", b"5\r\nhello\r\n0\r\n:path: /smuggled\r\n\r\n", True, "RFC 9113 8.3: of HTTP/2 only; RFC 9110 6.5"),
    ]
]

TARGETS = [
    Case("target: an authority behind two slashes", get(target="//evil/x"), passed(target="//evil/x", fields={"Host": "h", "X-Forwarded-Host": "h"}),
         "RFC 3986 4.2: here it is a path; CVE-2020-7212-like", policy=True),
    Case("target: a tab inside", get(target="/x\ty"), refused(or_clean=True), "RFC 9112 3; T-Reqs (2021)"),
    Case("target: absolute-form, another port in Host", request("GET http://right:81/x HTTP/1.1", host="h:82"), passed(target="/x", fields={"Host": "right:81"}),
         "RFC 9112 3.2.2: MUST replace the Host that it got", policy=True),
    Case("target: absolute-form, a parameter for a path", get(target="http://h;x/y"), refused(or_clean=True), "RFC 3986 3.2.2", policy=True),
    Case("target: absolute-form with a fragment", get(target="http://h/x#y"), refused(or_clean=True), "CVE-2023-45539 (HAProxy)"),
    Case("target: absolute-form of an empty port", get(target="http://h:/x"), passed(target="/x"), "RFC 3986 3.2.3", policy=True),
    Case("target: a request in the query", get(target="/x?a=%20HTTP/1.1%0d%0aHost:%20evil%0d%0a%0d%0a"),
         passed(target="/x?a=%20HTTP/1.1%0d%0aHost:%20evil%0d%0a%0d%0a"), "CVE-2023-25690 (httpd): forwarded as it came"),
] + [
    Case(f"target: {name}", get(target=target), declined({400, 403, 404}), source, setting="mount")
    for name, target, source in [
        ("a parameter before dot segments", "/app/;x/..;y/../manager", "CVE-2018-11759 (mod_jk)"),
        ("a parameter with dots for its value", "/app;a=/../manager", "CVE-2018-1323 (mod_jk)"),
        ("dots with a parameter that is escaped in part", "/app/%2e.;x/manager", "CVE-2018-11759 (mod_jk)"),
        ("dots, a parameter with an escaped slash", "/app/..;%2f/manager", "CVE-2018-11759 (mod_jk)"),
        ("absolute-form with dots and a parameter", "http://h/app/..;/manager", "CVE-2018-11759 (mod_jk)"),
        ("a query behind dots", "/app/..?/app/", "RFC 3986 3.4"),
        ("an escaped slash for the mount's own", "/app%2f../manager", "CVE-2021-29492 (Envoy)"),
        ("a double escaped slash, then dots", "/app%252f../../manager", "CVE-2025-55752 (Tomcat): decoded once only"),
    ]
]

EXPECT = [
    Case("expect: GET with a length", get("Expect: 100-continue", OWN_LENGTH) + SMUGGLED, passed(body=SMUGGLED), "0.CL by Expect: HTTP/1.1 must die (2025)"),
    Case("expect: OPTIONS with a length", request("OPTIONS /x HTTP/1.1", "Expect: 100-continue", OWN_LENGTH, body=SMUGGLED),
         passed(method="OPTIONS", body=SMUGGLED), "CVE-2025-32094 (Akamai)"),
    Case("expect: HEAD, 100 and then the answer", (get("Expect: 100-continue", CL + "5", target="/scripted").replace(b"GET", b"HEAD") + b"hello"),
         answered(200, kept=None, body=b""), "HTTP/1.1 must die (2025): HEAD behind 100", (answer("HTTP/1.1 100 Continue"), ok(CL + "5"))),
    Case("expect: a vertical tab before it", post("Expect: \x0b100-continue", CL + "5", body="hello"), refused({400, 417}), "HTTP/1.1 must die (2025)"),
    Case("expect: two that differ", post("Expect: 100-continue", "Expect: x", CL + "5", body="hello"), refused({417, 400}), "RFC 9110 10.1.1", policy=True),
    Case("expect: empty", post("Expect:", CL + "5", body="hello"), refused({417, 400}), "RFC 9110 10.1.1", policy=True),
    Case("expect: named in Connection", post("Connection: Expect", "Expect: 100-continue", CL + "5", body="hello"), passed(body=b"hello"),
         "RFC 9110 7.6.1: the body is as long as it says, whoever waits"),
    Case("expect: with an underscore", post("Expect_: 100-continue", CL + "5", body="hello"), passed(body=b"hello"), "RFC 9110 5.1"),
]

WEBSOCKET = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
UPGRADE = [
    Case("upgrade: GET with a body", get(*WEBSOCKET, OWN_LENGTH, target="/scripted") + SMUGGLED, passed(body=SMUGGLED, fields={"Upgrade": None}),
         "RFC 6455 4.1; websocket smuggling (2019)", (ok(CL + "0"),), policy=True),
    Case("upgrade: GET with chunks", get(*WEBSOCKET, TE, target="/scripted") + HIDDEN, passed(body=SMUGGLED, fields={"Upgrade": None}),
         "RFC 6455 4.1; websocket smuggling (2019)", (ok(CL + "0"),), policy=True),
    Case("upgrade: a bad version, and a request behind", get("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 1337", target="/scripted")
         + get(target="/y"), many(426, 200), "websocket smuggling (2019): 426 is no tunnel", (answer("HTTP/1.1 426 No", CL + "0"),)),
    Case("upgrade: 101 with a length", get(*WEBSOCKET, target="/scripted"), answered({101, 502}, fields={"Content-Length": None}), "RFC 9110 8.6: MUST NOT",
         (answer("HTTP/1.1 101 Switching", "Connection: Upgrade", "Upgrade: websocket", CL + "0"), Step.HOLD, Step.CLOSE), policy=True),
    Case("upgrade: 101 with chunked", get(*WEBSOCKET, target="/scripted"), answered({101, 502}, fields={"Transfer-Encoding": None}), "RFC 9112 6.1: MUST NOT",
         (answer("HTTP/1.1 101 Switching", "Connection: Upgrade", "Upgrade: websocket", TE), Step.HOLD, Step.CLOSE), policy=True),
    Case("upgrade: 200 to it, a body that looks like frames", get(*WEBSOCKET, target="/scripted") + get(target="/y"), many(200, 200),
         "RFC 9110 7.8: no tunnel without a 101", (ok(CL + "4", body=b"\x81\x02hi"),)),
]

ANSWERS = [
    Case(f"answer: {name}", get(target="/scripted"), expect, f"RFC 9112 6.3; {source}", (*script, Step.CLOSE), policy=policy,
         dripped=cut_off() if "a chunk" in name else None)
    for name, script, expect, source, policy in [
        ("a folded length", (ok("Content-Length:\r\n 2", body="hi"),), bad_gateway(True), "RFC 9112 5.2", False),
        ("a length behind a bare CR", (ok("A: b\rContent-Length: 0", CL + "2", body="hi"),), bad_gateway(True), "CVE-2023-38709 (httpd)", False),
        ("two lengths, one with an underscore", (ok("Content_Length: 0", CL + "2", body="hi"),), answered(200, body=b"hi"), "RFC 9110 5.1", True),
        ("a bare CR behind a chunk's size", (ok(TE, body=b"2\rhi\r\n" + LAST),), bad_gateway(), "EXT.TERM (Funky chunks, 2025)", False),
        ("two bytes behind a chunk", (ok(TE, body=b"2\r\nhiXX" + LAST),), bad_gateway(), "SPILL (Funky chunks, 2025)", False),
        ("a status line behind a 103 in one field", (answer("HTTP/1.1 103 A", "A: b\r\n\r\n" + SPLIT),), bad_gateway(True), "RFC 9112 4", False),
        ("Connection names Transfer-Encoding", (ok("Connection: Transfer-Encoding", TE, body=b"2\r\nhi\r\n" + LAST),), answered(200, body=b"hi"),
         "RFC 9110 7.6.1", False),
    ]
] + [
    Case("answer: a length of 2 to HEAD, chunks behind", get(target="/scripted").replace(b"GET", b"HEAD"), answered({200, 502}, body=b""),
         "RFC 9110 9.3.2; response queue poisoning", (ok(TE, body=HIDDEN), Step.HOLD), at_once=True),
    Case("answer: the client's question back as a head", get("X-A: b", target="/scripted"), bad_gateway(), "RFC 9112 4", (SMUGGLED, Step.CLOSE)),
]

CASES = theme("desync", BODIES, LENGTHS, CODINGS, CHUNKS, TARGETS, EXPECT, UPGRADE, ANSWERS)
