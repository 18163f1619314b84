"""Connection and what it names, Expect, Upgrade (RFC 9110 7.6.1, 7.8, 10.1.1; RFC 6455)."""

from case import SMUGGLED, Case, Step, answer, answered, bad_gateway, get, many, ok, passed, post, refused, theme

HOP_BY_HOP = [
    Case(f"not forwarded: {line}", get(line, "X-Last: yes"), passed(kept=kept, fields={line.partition(":")[0]: None, "X-Last": "yes"}),
         f"RFC 9110 7.6.1: SHOULD remove{source}", policy=True)
    for line, kept, source in [
        ("Keep-Alive: timeout=5", True, ""),
        ("Proxy-Connection: keep-alive", True, "; RFC 9112 C.2.2"),
        ("TE: trailers", True, "; 10.1.4"),
        ("TE: gzip, chunked", True, "; 10.1.4"),
        ("Trailer: A", True, "; 6.6.2, no trailers are forwarded"),
        ("Upgrade: h2c", True, "; 7.8: without Connection"),
        ("Upgrade: websocket", True, "; 7.8: without Connection"),
        ("HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA", True, "; RFC 7540 3.2.1, h2c smuggling (2020)"),
        ("Proxy-Authorization: Basic eDp5", True, "; 11.7.2"),
    ]
] + [
    Case("not forwarded: what Connection names", get("Connection: X-Foo, close", "X-Foo: bar", "X-Last: yes"),
         passed(kept=False, fields={"X-Foo": None, "X-Last": "yes"}), "RFC 9110 7.6.1: MUST remove"),
    Case("not forwarded: named in capitals", get("Connection: X-FOO", "x-foo: bar"), passed(fields={"X-Foo": None}), "RFC 9110 7.6.1"),
    Case("not forwarded: named in two lines", get("Connection: X-A", "X-A: 1", "X-B: 2", "Connection: X-B"),
         passed(fields={"X-A": None, "X-B": None}), "RFC 9110 7.6.1"),
    Case("not forwarded: every line of the name", get("Connection: X-A", "X-A: 1", "X-A: 2"), passed(fields={"X-A": None}), "RFC 9110 7.6.1"),
    Case("not forwarded: Keep-Alive that is named", get("Connection: keep-alive, Keep-Alive", "Keep-Alive: 5"),
         passed(fields={"Keep-Alive": None}), "RFC 9110 7.6.1", policy=True),
    Case("Connection holds an empty element", get("Connection: , X-Foo,,", "X-Foo: bar"), passed(fields={"X-Foo": None}), "RFC 9110 5.6.1"),
    Case("Connection names what is not there", get("Connection: X-Foo"), passed(), "RFC 9110 7.6.1"),
    Case("Connection names itself", get("Connection: Connection"), passed(), "RFC 9110 7.6.1"),
    Case("Connection: 2000 names", get("Connection: " + ",".join(f"a{i}" for i in range(2000))), refused(), "RFC 9110 7.6.1; bounded",
         policy=True),
    Case("HEAD and X-Method-Override go on as they are", get("X-HTTP-Method-Override: DELETE"),
         passed(method="GET", fields={"X-HTTP-Method-Override": "DELETE"}), "RFC 9110 9: no tunnelling of methods"),
]

PROTECTED = [
    Case(f"Connection may not drop {name}", get(f"Connection: {name}", f"{name}: v"), passed(fields={name: value}),
         f"RFC 9110 7.6.1: never what all recipients need; {source}", policy=policy)
    for name, value, policy, source in [
        ("Cookie", "v", True, "abusing hop-by-hop headers (2019)"),
        ("Authorization", "v", True, "abusing hop-by-hop headers (2019)"),
        ("X-Forwarded-For", "127.0.0.1", False, "CVE-2022-31813 (httpd), CVE-2024-45410 (Traefik)"),
        ("X-Forwarded-Proto", "http", False, "CVE-2022-31813 (httpd), CVE-2024-45410 (Traefik)"),
        ("X-Forwarded-Host", "h", False, "CVE-2022-31813 (httpd), CVE-2024-45410 (Traefik)"),
    ]
] + [
    Case("Connection may not drop X-Forwarded-For of ours", get("Connection: close, X-Forwarded-For"),
         passed(kept=False, fields={"X-Forwarded-For": "127.0.0.1"}), "CVE-2022-31813 (httpd), CVE-2021-33197 (Go)"),
    Case("Connection may not drop Host", get("Connection: Host"), passed(fields={"Host": "h"}), "CVE-2022-31813 (httpd)"),
    Case("Connection may not drop Content-Length", post("Connection: Content-Length", "Content-Length: 5", body="hello"),
         passed(body=b"hello"), "RFC 9110 7.6.1"),
    Case("Connection may not drop Transfer-Encoding", post("Connection: Transfer-Encoding", "Transfer-Encoding: chunked",
                                                           body=b"5\r\nhello\r\n0\r\n\r\n"), passed(body=b"hello"), "RFC 9110 7.6.1"),
    Case("Connection may not drop Content-Length for a request behind",
         post("Connection: Content-Length", f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED), passed(body=SMUGGLED), "RFC 9110 7.6.1"),
]

PERSISTENCE = [
    Case("close", get("Connection: close"), passed(kept=False), "RFC 9112 9.6"),
    Case("close in capitals", get("Connection: CLOSE"), passed(kept=False), "RFC 9110 7.6.1"),
    Case("close among others", get("Connection: foo, close"), passed(kept=False), "RFC 9112 9.6"),
    Case("close in a second line", get("Connection: keep-alive", "Connection: close"), passed(kept=False), "RFC 9112 9.3"),
    Case("close and keep-alive", get("Connection: keep-alive, close"), passed(kept=False), "RFC 9112 9.3: close first"),
    Case("close, and a request behind it", get("Connection: close") + SMUGGLED, many(200, seen=1, kept=False), "RFC 9112 9.6: MUST NOT process"),
    Case("closed is not close", get("Connection: closed"), passed(), "RFC 9110 7.6.1"),
    Case("keep-alive", get("Connection: keep-alive"), passed(), "RFC 9112 9.3"),
    Case("HTTP/1.0", get(version="1.0"), passed(kept=False), "RFC 9112 9.3"),
    Case("HTTP/1.0, keep-alive", get("Connection: keep-alive", version="1.0"), passed(kept=True), "RFC 9112 C.2.2", policy=True),
    Case("HTTP/1.0, Keep-Alive in capitals", get("Connection: Keep-Alive", version="1.0"), passed(kept=True), "RFC 9112 C.2.2", policy=True),
    Case("HTTP/1.0, Proxy-Connection", get("Proxy-Connection: keep-alive", version="1.0"), passed(kept=False, fields={"Proxy-Connection": None}),
         "RFC 9112 C.2.2: not to be obeyed"),
]

EXPECT = [
    Case("100-continue goes end to end", (post("Expect: 100-continue", "Content-Length: 5"), Step.ANSWERED, b"hello"),
         passed(body=b"hello", client={"interim": [100]}), "RFC 9110 10.1.1"),
    Case("100-continue in capitals", (post("Expect: 100-Continue", "Content-Length: 5"), b"hello"), passed(body=b"hello"), "RFC 9110 10.1.1"),
    Case("100-continue, the body comes at once", post("Expect: 100-continue", "Content-Length: 5", body="hello"),
         passed(body=b"hello"), "RFC 9110 10.1.1"),
    Case("100-continue, chunked", post("Expect: 100-continue", "Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n"),
         passed(body=b"hello"), "RFC 9110 10.1.1"),
    Case("100-continue without a body", get("Expect: 100-continue"), passed(fields={"Expect": None}),
         "RFC 9110 10.1.1: MUST NOT be sent without content; CVE-2025-32094 (Akamai)", policy=True),
    Case("100-continue in HTTP/1.0", post("Expect: 100-continue", "Content-Length: 5", version="1.0", body="hello"),
         passed(kept=False, body=b"hello", client={"interim": []}, fields={"Expect": None}), "RFC 9110 10.1.1: MUST ignore"),
    Case("100-continue, then refused by the worker", (post("Expect: 100-continue", "Content-Length: 5", target="/scripted"), Step.HEAD_SEEN),
         answered(413, seen=None, kept=False), "RFC 9110 10.1.1", script=(Step.AT_ONCE, answer("HTTP/1.1 413 No", "Content-Length: 0", "Connection: close"), Step.CLOSE)),
    Case("100-continue, refused without a body, a request behind",
         (post("Expect: 100-continue", f"Content-Length: {len(SMUGGLED)}", target="/scripted"), Step.HEAD_SEEN, SMUGGLED),
         answered(200, kept=None), "0.CL by Expect: HTTP/1.1 must die (2025); CVE-2024-24791 (Go)",
         script=(Step.AT_ONCE, ok("Content-Length: 0"), Step.BODY)),
    Case("100-continue, refused without a body, a body behind: no desync",
         (post("Expect: 100-continue", "Content-Length: 5", target="/scripted"), Step.HEAD_SEEN, b"hello"),
         answered(200, kept=None), "CVE-2024-24791 (Go)", script=(Step.AT_ONCE, ok("Content-Length: 0"), Step.BODY)),
] + [
    Case(f"expected: {value!r}", post(f"Expect: {value}", "Content-Length: 5", body="hello"), refused({417, 400}), f"RFC 9110 10.1.1; {source}",
         policy=True)
    for value, source in [
        ("x", "MAY 417"),
        ("100-continue, x", "MAY 417"),
        ("100-continue-", "MAY 417"),
        ("y 100-continue", "HTTP/1.1 must die (2025): obfuscated Expect"),
        ("100-continue;a=b", "MAY 417"),
        ("200-ok", "MAY 417"),
    ]
] + [
    Case("expected: folded", post("Expect:\r\n 100-continue", "Content-Length: 5", body="hello"), refused(or_clean=True),
         "RFC 9112 5.2; CVE-2025-32094 (Akamai)"),
    Case("expected: twice", post("Expect: 100-continue", "Expect: 100-continue", "Content-Length: 5", body="hello"), passed(body=b"hello"),
         "RFC 9110 10.1.1", policy=True),
]

WEBSOCKET = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
SWITCH = answer("HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket",
                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")


def upgrade(name, fields, expect, source, script, version="1.1", behind=b"", policy=False):
    return Case(f"upgrade: {name}", get(*fields, target="/scripted", version=version) + behind, expect, source, script, policy=policy)


UPGRADE = [
    upgrade("websocket", WEBSOCKET, answered(101, seen=1, fields={"Upgrade": "websocket",
                                                                  "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}),
            "RFC 6455 4.2.2", (SWITCH, Step.HOLD, Step.CLOSE)),
    upgrade("websocket in capitals", ("Connection: UPGRADE", "Upgrade: WebSocket") + WEBSOCKET[2:], answered(101, seen=1),
            "RFC 6455 4.1: case-insensitive", (SWITCH, Step.HOLD, Step.CLOSE)),
    upgrade("websocket, keep-alive too", ("Connection: keep-alive, Upgrade",) + WEBSOCKET[1:], answered(101, seen=1),
            "RFC 9110 7.8", (SWITCH, Step.HOLD, Step.CLOSE)),
    upgrade("the worker goes on in HTTP", WEBSOCKET, passed(seen=1), "RFC 9110 7.8: a server MAY ignore it", (ok("Content-Length: 0"),)),
    upgrade("the worker refuses, a request behind", WEBSOCKET, many(400, 200), "CVE-2019-17567 (httpd): no tunnel without a 101",
            (answer("HTTP/1.1 400 No", "Content-Length: 0"),), behind=get(target="/y")),
    upgrade("h2c", ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
            passed(fields={"Upgrade": None, "HTTP2-Settings": None}), "h2c smuggling (2020)", (ok("Content-Length: 0"),), policy=True),
    upgrade("h2c, and the worker switches", ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"),
            bad_gateway(), "h2c smuggling (2020)",
            (answer("HTTP/1.1 101 Switching", "Connection: Upgrade", "Upgrade: h2c"), Step.HOLD, Step.CLOSE), policy=True),
    upgrade("TLS/1.0", ("Connection: Upgrade", "Upgrade: TLS/1.0"), passed(fields={"Upgrade": None}), "CVE-2025-49812 (httpd)",
            (ok("Content-Length: 0"),), policy=True),
    upgrade("an unknown one", ("Connection: Upgrade", "Upgrade: foo"), passed(fields={"Upgrade": None}), "RFC 9110 7.8", (ok("Content-Length: 0"),),
            policy=True),
    upgrade("h2c hidden behind websocket", ("Connection: Upgrade", "Upgrade: websocket, h2c"), passed(fields={"Upgrade": None}),
            "h2c smuggling (2020)", (ok("Content-Length: 0"),), policy=True),
    upgrade("two Upgrade lines", ("Connection: Upgrade", "Upgrade: websocket", "Upgrade: h2c"), passed(fields={"Upgrade": None}),
            "h2c smuggling (2020)", (ok("Content-Length: 0"),), policy=True),
    upgrade("HTTP/1.0", WEBSOCKET, passed(kept=False, fields={"Upgrade": None}), "RFC 9110 7.8: MUST ignore in HTTP/1.0",
            (ok("Content-Length: 0"),), version="1.0"),
    upgrade("without Connection", WEBSOCKET[1:], passed(fields={"Upgrade": None}), "RFC 9110 7.8: MUST be listed", (ok("Content-Length: 0"),), policy=True),
    Case("upgrade: with a body", post(*WEBSOCKET, "Content-Length: 5", body="hello", target="/scripted"),
         passed(body=b"hello", fields={"Upgrade": None}), "RFC 6455 4.1: GET without a body", (ok("Content-Length: 0"),), policy=True),
    upgrade("101 unasked", (), bad_gateway(), "RFC 9110 7.8; response queue poisoning", (SWITCH, Step.HOLD, Step.CLOSE)),
    upgrade("101 to another protocol", WEBSOCKET, bad_gateway(), "RFC 9110 15.2.2",
            (answer("HTTP/1.1 101 Switching", "Connection: Upgrade", "Upgrade: h2c"), Step.HOLD, Step.CLOSE)),
    upgrade("101 without Upgrade", WEBSOCKET, bad_gateway(), "RFC 9110 15.2.2: MUST",
            (answer("HTTP/1.1 101 Switching"), Step.HOLD, Step.CLOSE)),
    upgrade("101 without Connection", WEBSOCKET, bad_gateway(), "RFC 9110 7.8",
            (answer("HTTP/1.1 101 Switching", "Upgrade: websocket"), Step.HOLD, Step.CLOSE)),
    upgrade("101 with two Upgrade lines", WEBSOCKET, bad_gateway(), "RFC 9110 7.8",
            (answer("HTTP/1.1 101 Switching", "Connection: Upgrade", "Upgrade: websocket", "Upgrade: h2c"), Step.HOLD, Step.CLOSE)),
    upgrade("101 in HTTP/1.0", WEBSOCKET, bad_gateway(), "RFC 9110 7.8",
            (SWITCH.replace(b"HTTP/1.1", b"HTTP/1.0"), Step.HOLD, Step.CLOSE)),
]

CASES = theme("connection", HOP_BY_HOP, PROTECTED, PERSISTENCE, EXPECT, UPGRADE)
