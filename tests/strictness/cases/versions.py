"""HTTP/0.9, 1.0, 1.1, 1.x, 2.0 (RFC 9112 2.3, RFC 9110 2.5)."""

from case import Case, Step, ended, get, passed, post, refused, request, theme

BAD = [
    Case(f"version: {version!r}", request(f"GET /x {version}"), refused({400, 505}, or_clean=version[5:8] in ("2.0", "3.0", "0.9", "0.0", "9.9")), f"RFC 9112 2.3; {source}")
    for version, source in [
        ("HTTP/2.0", "RFC 9110 15.6.6"),
        ("HTTP/3.0", "RFC 9110 15.6.6"),
        ("HTTP/0.9", "CVE-2017-7656 (Jetty)"),
        ("HTTP/0.0", "RFC 9110 15.6.6"),
        ("HTTP/9.9", "RFC 9110 15.6.6"),
        ("HTTP/2", "RFC 9112 2.3: two digits"),
        ("HTTP/1", "two digits"),
        ("HTTP/1.", "two digits"),
        ("HTTP/.1", "two digits"),
        ("HTTP/11", "a dot"),
        ("HTTP/1.10", "one digit each"),
        ("HTTP/01.1", "one digit each"),
        ("HTTP/1.01", "one digit each"),
        ("HTTP/1.1.1", "one digit each"),
        ("HTTP/1,1", "a dot"),
        ("HTTP/1.a", "digits"),
        ("HTTP/+1.1", "digits"),
        ("HTTP/-1.1", "digits"),
        ("HTTP/ 1.1", "no blank"),
        ("HTTP /1.1", "no blank"),
        ("http/1.1", "RFC 9112 2.3: case-sensitive"),
        ("Http/1.1", "RFC 9112 2.3: case-sensitive"),
        ("HTP/1.1", "its name"),
        ("HTTPS/1.1", "its name"),
        ("XHTTP/1.1", "its name"),
        ("ICE/1.0", "its name"),
        ("HTTP", "its name alone"),
        ("HTTP/", "its name alone"),
        ("/1.1", "no name"),
        ("HTTP/1.1\x00", "NUL"),
        ("HTTP/1.1\x0b", "vertical tab"),
        ("HTTP/1.1x", "a letter behind"),
        ("HTTP/1.1;a", "a parameter"),
        ("HTTP/\xd9\xa1.1", "another script's digit"),
    ]
]

OTHER = [
    Case("HTTP/1.2 is read as 1.1", get(version="1.2"), passed(), "RFC 9110 2.5: a higher minor version is compatible", policy=True),
    Case("HTTP/1.9 is read as 1.1", get(version="1.9"), passed(), "RFC 9110 2.5", policy=True),
    Case("HTTP/1.0", get(version="1.0"), passed(kept=False), "RFC 9112 9.3"),
    Case("HTTP/1.0 with a body", post("Content-Length: 5", version="1.0", body="hello"), passed(kept=False, body=b"hello"), "RFC 9112 6.2"),
    Case("HTTP/1.0 is answered in HTTP/1.1, and to the worker it is 1.1", get(version="1.0"), passed(kept=False), "RFC 9110 2.5"),
    Case("HTTP/1.0 and chunked", post("Transfer-Encoding: chunked", version="1.0", body=b"5\r\nhello\r\n0\r\n\r\n"), refused(or_clean=True),
         "RFC 9112 6.1: MUST treat the framing as faulty; CVE-2021-33037 (Tomcat)"),
    Case("HTTP/1.0, chunked and a length", post("Transfer-Encoding: chunked", "Content-Length: 15", version="1.0",
                                                body=b"5\r\nhello\r\n0\r\n\r\n"), refused(or_clean=True), "RFC 9112 6.1; CVE-2021-33037 (Tomcat)"),
    Case("HTTP/1.0, chunked, kept alive", post("Transfer-Encoding: chunked", "Connection: keep-alive", version="1.0",
                                               body=b"5\r\nhello\r\n0\r\n\r\n"), refused(or_clean=True), "RFC 9112 6.1"),
    Case("HTTP/0.9", b"GET /x\r\n\r\n", refused({400, 505}), "RFC 1945 4.1; CVE-2017-7656 (Jetty)"),
    Case("HTTP/0.9 with one line end", (b"GET /x\r\n", Step.HALF_CLOSE), ended(), "RFC 1945 4.1", policy=True),
    Case("HTTP/0.9 with fields", b"GET /x\r\nHost: h\r\n\r\n", refused({400, 505}), "RFC 1945 4.1"),
    Case("HTTP/0.9, another method", b"POST /x\r\n\r\n", refused({400, 505}), "RFC 1945 4.1"),
    Case("HTTP/0.9 and a request behind", b"GET /x\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n", refused({400, 505}), "RFC 1945 4.1"),
    Case("the HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), refused({400, 505}), "RFC 9113 3.4", policy=True),
    Case("a TLS client hello", bytes.fromhex("16030100a5010000a10303") + b"x" * 100 + b"\r\n\r\n", refused(), "RFC 8446 4.1.2"),
    Case("a TLS client hello without a line end", bytes.fromhex("16030100a5010000a10303") + b"x" * 9000, refused({400, 414}), "bounded"),
]

CASES = theme("versions", BAD, OTHER)
