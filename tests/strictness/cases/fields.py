"""Field lines: names, values, line ends (RFC 9112 2.2 and 5, RFC 9110 5)."""

from case import Case, get, passed, refused, request, theme

SENTRY = "X-Last: yes"  # behind the line in question: it must be read as what it is

LINE_ENDS = [
    Case(f"line ends: {name}", data, refused(or_clean=or_clean), f"RFC 9112 2.2; {source}")
    for name, data, or_clean, source in [
        ("bare LF behind a field", b"GET /x HTTP/1.1\r\nHost: h\r\nA: b\n\r\n", True, "CVE-2022-32214 (llhttp)"),
        ("bare LF behind the request line", b"GET /x HTTP/1.1\nHost: h\r\n\r\n", True, "CVE-2019-16785 (Waitress)"),
        ("bare LF everywhere", b"GET /x HTTP/1.1\nHost: h\n\n", True, "CVE-2021-41136 (Puma)"),
        ("bare LF as the empty line", b"GET /x HTTP/1.1\r\nHost: h\r\n\n", True, "CVE-2022-35256 (llhttp)"),
        ("LF, CR, LF", b"GET /x HTTP/1.1\r\nHost: h\n\r\n", True, "CVE-2022-32214 (llhttp)"),
        ("two CRs", b"GET /x HTTP/1.1\r\nHost: h\r\r\n\r\n", True, "a bare CR"),
        ("two CRs in the empty line", b"GET /x HTTP/1.1\r\nHost: h\r\n\r\r\n", True, "CVE-2025-23167 (Node)"),
        ("CR, CR, LF everywhere", b"GET /x HTTP/1.1\r\r\nHost: h\r\r\n\r\r\n", True, "a bare CR"),
        ("bare CR behind the request line", b"GET /x HTTP/1.1\rHost: h\r\n\r\n", True, "CVE-2023-30589 (llhttp)"),
        ("bare CR between fields", b"GET /x HTTP/1.1\r\nHost: h\rA: b\r\n\r\n", True, "CVE-2023-30589 (llhttp)"),
        ("bare CR in a value", b"GET /x HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n", True, "RFC 9110 5.5"),
        ("bare CR in a name", b"GET /x HTTP/1.1\r\nHost: h\r\nA\rB: c\r\n\r\n", False, "RFC 9110 5.1"),
        ("CR and something in the empty line", b"GET /x HTTP/1.1\r\nHost: h\r\n\rX\r\n\r\n", False, "CVE-2025-23167 (Node)"),
        ("a bare CR alone in a line", b"GET /x HTTP/1.1\r\nHost: h\r\n\rA: b\r\n\r\n", False, "CVE-2020-8201 (Node)"),
        ("LF in the middle of a value", b"GET /x HTTP/1.1\r\nHost: h\r\nA: b\nSmuggled: c\r\n\r\n", True, "RFC 9110 5.5"),
        ("vertical tab as a line end", b"GET /x HTTP/1.1\r\nHost: h\x0bA: b\r\n\r\n", False, "RFC 9112 2.2"),
        ("form feed as a line end", b"GET /x HTTP/1.1\r\nHost: h\x0cA: b\r\n\r\n", False, "RFC 9112 2.2"),
        ("NEL as a line end", b"GET /x HTTP/1.1\r\nHost: h\x85A: b\r\n\r\n", False, "RFC 9110 7.2: no Host"),
        ("LF at once, two requests", b"GET /x HTTP/1.1\nHost: h\n\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n".replace(b"/smuggled", b"/y"),
         True, "RFC 9112 2.2"),
    ]
]

FOLDED = [
    Case(f"folded: {name}", get(*lines, SENTRY), refused(or_clean=True),
         f"RFC 9112 5.2: reject, or replace by blanks; {source}")
    for name, lines, source in [
        ("by a blank", ("A: b\r\n c",), ""),
        ("by a tab", ("A: b\r\n\tc",), ""),
        ("an empty first line", ("A:\r\n b",), ""),
        ("an empty second line", ("A: b\r\n ",), ""),
        ("a blank line alone", ("A: b\r\n \r\n c",), "CVE-2022-32215 (llhttp)"),
        ("what looks like a field", ("A: b\r\n Content-Length: 5",), "HTTP desync attacks (2019)"),
        ("many times", ("A: b" + "\r\n c" * 20,), ""),
        ("LF and a blank", ("A: b\n c",), "RFC 9112 2.2"),
    ]
] + [
    Case("folded: the first line of all", request("GET /x HTTP/1.1", " Host: h", host=None), refused(),
         "RFC 9112 2.2: blanks between the request line and the first field; CVE-2019-20444 (Netty)"),
    Case("folded: the first line, with a tab", request("GET /x HTTP/1.1", "\tA: b\r\nHost: h", host=None), refused(or_clean=True),
         "RFC 9112 2.2: reject, or ignore the line"),
    Case("folded: Host", request("GET /x HTTP/1.1", "Host:\r\n h", host=None), refused(or_clean=True), "RFC 9112 5.2"),
    Case("folded: the request line", b"GET /x\r\n HTTP/1.1\r\nHost: h\r\n\r\n", refused({400, 505}), "RFC 9112 3"),
]

NAMES = [
    Case(f"name: {name}", get(line, SENTRY), refused(or_clean="MUST" not in source), f"RFC 9110 5.1; {source}")
    for name, line, source in [
        ("a blank before the colon", "A : b", "RFC 9112 5.1: MUST 400; CVE-2019-16276 (Go), CVE-2021-22959 (llhttp)"),
        ("a tab before the colon", "A\t: b", "RFC 9112 5.1: MUST 400"),
        ("many blanks before the colon", "A    : b", "RFC 9112 5.1: MUST 400"),
        ("none", ": b", "CVE-2023-25725 (HAProxy)"),
        ("none, no value", ":", "CVE-2023-25725 (HAProxy)"),
        ("a blank", " : b", "CVE-2023-25725 (HAProxy)"),
        ("a blank inside", "A B: c", "CVE-2015-5739 (Go)"),
        ("no colon", "A", "CVE-2019-20444 (Netty)"),
        ("no colon, with blanks", "A b", "CVE-2019-20444 (Netty)"),
        ("an equals sign for the colon", "A= b", "RFC 9112 5"),
        ("parentheses", "A(b): c", ""),
        ("a comma", "A,B: c", ""),
        ("a slash", "A/B: c", ""),
        ("a semicolon", "A;B: c", ""),
        ("an at sign", "A@B: c", ""),
        ("brackets", "A[b]: c", ""),
        ("a backslash", "A\\B: c", ""),
        ("braces", "A{b}: c", ""),
        ("quotes", '"A": b', "CVE-2022-24801 (Twisted)"),
        ("an equals sign inside", "A=B: c", ""),
        ("a question mark", "A?: b", ""),
        ("angle brackets", "<A>: b", ""),
        ("NUL", "A\x00B: c", "CVE-2021-43797 (Netty)"),
        ("a control character", "A\x01: b", "CVE-2021-43797 (Netty)"),
        ("a control character before", "\x01A: b", "CVE-2021-43797 (Netty)"),
        ("DEL", "A\x7f: b", ""),
        ("vertical tab", "A\x0b: b", "CVE-2021-43797 (Netty)"),
        ("a byte beyond ASCII", "\xc4: b", ""),
        ("UTF-8", "\xc3\xa9: b", ""),
        ("non-breaking blank", "\xa0A: b", ""),
        ("a hyphen that is none", "Content\xe2\x80\x90Length: 5", ""),
        ("a blank for the hyphen", "Content Length: 5", "CVE-2015-5739 (Go)"),
        ("a CR for the hyphen", "Content\rLength: 5", "CVE-2020-8201 (Node)"),
        ("a byte order mark", "\xef\xbb\xbfA: b", ""),
    ]
] + [
    Case(f"name: {name}", get(line, SENTRY), passed(fields={field: value, "X-Last": "yes"}), f"RFC 9110 {source}",
         policy=True)
    for name, line, field, value, source in [
        ("one letter", "A: b", "A", "b", "5.1"),
        ("every token character", "!#$%&'*+-.^_`|~0Az: b", "!#$%&'*+-.^_`|~0Az", "b", "5.6.2"),
        ("a digit", "1: b", "1", "b", "5.1"),
        ("an underscore", "X_Trace: b", "X_Trace", "b", "5.1"),
        ("a dot", "a.b: c", "a.b", "c", "5.1"),
        ("a long one", "N" * 500 + ": b", "N" * 500, "b", "5.4"),
    ]
]

VALUES = [
    Case(f"value: {name}", get(line, SENTRY), refused(or_clean=True), f"RFC 9110 5.5; {source}")
    for name, line, source in [
        ("NUL", "A: b\x00c", "MUST reject or replace; CVE-2019-9900 (Envoy)"),
        ("NUL alone", "A: \x00", "MUST reject or replace"),
    ]
] + [
    Case(f"value: {name}", get(line, SENTRY), refused(), f"RFC 9110 5.5: what is no field-vchar; {source}", policy=True)
    for name, line, source in [
        ("SOH", "A: b\x01c", ""),
        ("BEL", "A: \x07", ""),
        ("backspace", "A: b\x08c", ""),
        ("vertical tab", "A: b\x0bc", ""),
        ("form feed", "A: b\x0cc", ""),
        ("ESC", "A: \x1b[2J", "what a terminal that shows a log obeys"),
        ("unit separator", "A: b\x1fc", ""),
        ("DEL", "A: b\x7fc", ""),
    ]
] + [
    Case(f"value: {name}", get(line, SENTRY), passed(fields={"A": value, "X-Last": "yes"}), f"RFC 9110 {source}")
    for name, line, value, source in [
        ("empty", "A:", "", "5.5"),
        ("blanks alone", "A:   \t ", "", "5.5"),
        ("no blank behind the colon", "A:b", "b", "RFC 9112 5"),
        ("blanks around it", "A: \t b \t", "b", "5.5: not part of the value; CVE-2019-18802 (Envoy)"),
        ("blanks inside", "A: b \t c", "b \t c", "5.5"),
        ("a colon", "A: b:c", "b:c", "5.5"),
        ("quotes", 'A: "b, \\"c"', 'b', "5.6.4"),
        ("bytes beyond ASCII", "A: \xe4\xff", "\xe4\xff", "5.5: obs-text"),
        ("UTF-8", "A: \xc3\xa9", "\xc3\xa9", "5.5: obs-text"),
        ("a percent escape", "A: %0d%0aB: c", "%0d%0aB: c", "5.5: nothing is decoded"),
        ("what looks like a request", "A: GET /y HTTP/1.1", "GET /y HTTP/1.1", "5.5"),
        ("a long one", "A: " + "v" * 6000, "v" * 6000, "5.4"),
    ]
]
VALUES = [case if case.name != "value: quotes" else
          Case(case.name, case.send, passed(fields={"A": '"b, \\"c"', "X-Last": "yes"}), case.source) for case in VALUES]

MANY = [
    Case("two lines of a name stay two, in order", get("A: 1", "B: 2", "A: 3"), passed(fields={"A": ["1", "3"]}),
         "RFC 9110 5.3", policy=True),
    Case("two Cookie lines are not joined by a comma", get("Cookie: a=1", "Cookie: b=2"), passed(fields={"Cookie": ["a=1", "b=2"]}),
         "RFC 6265 5.4; httpd joins them by a comma", policy=True),
    Case("a cookie goes on byte for byte", get('Cookie: a="x y";  b=\xe4,c; JSESSIONID=1.n1'),
         passed(fields={"Cookie": 'a="x y";  b=\xe4,c; JSESSIONID=1.n1'}), "RFC 6265 5.4"),
    Case("an empty cookie", get("Cookie:"), passed(fields={"Cookie": ""}), "RFC 6265 4.2"),
    Case("a cookie with a NUL", get("Cookie: JSESSIONID=1\x00.n1"), refused(), "RFC 9110 5.5"),
    Case("the case of a name stays", get("x-MiXeD: 1"), passed(fields={"X-Mixed": "1"}), "RFC 9110 5.1"),
    Case("a head of 30 KiB", get(*(f"F{i}: " + "v" * 3000 for i in range(10))), passed(fields={"F9": "v" * 3000}), "limits.head", policy=True),
    Case("100 fields", get(*(f"F{i}: {i}" for i in range(99))), passed(fields={"F98": "98"}), "limits.fields", policy=True),
    Case("101 fields", get(*(f"F{i}: {i}" for i in range(100))), refused(431), "RFC 6585 5; limits.fields", policy=True),
    Case("5000 fields", get(*(f"F{i}: {i}" for i in range(5000))), refused({400, 431}), "RFC 6585 5; bounded"),
    Case("a head of 40 KiB", get("A: " + "v" * 40000), refused({400, 431}), "RFC 6585 5; limits.head"),
    Case("a head of 1 MiB in one line", get("A: " + "v" * (1 << 20)), refused({400, 431}), "RFC 6585 5; bounded"),
    Case("a name of 40 KiB", get("N" * 40000 + ": v"), refused({400, 431}), "RFC 6585 5; CVE-2021-40346 (HAProxy)"),
]

CASES = theme("fields", LINE_ENDS, FOLDED, NAMES, VALUES, MANY)
