"""The chunked coding of requests (RFC 9112 7.1)."""

from case import SMUGGLED, Case, chunked, many, passed, refused, theme

LAST = b"0\r\n\r\n"


def good(name, body, content, source):
    return Case(name, chunked(body), passed(body=content), source)


GOOD = [
    good("nothing", LAST, b"", "RFC 9112 7.1"),
    good("one chunk", b"5\r\nhello\r\n" + LAST, b"hello", "RFC 9112 7.1"),
    good("two chunks", b"3\r\nhel\r\n2\r\nlo\r\n" + LAST, b"hello", "RFC 9112 7.1"),
    good("a hundred chunks", b"1\r\nx\r\n" * 100 + LAST, b"x" * 100, "RFC 9112 7.1"),
    good("lower-case hex", b"a\r\n0123456789\r\n" + LAST, b"0123456789", "RFC 9112 7.1"),
    good("upper-case hex", b"A\r\n0123456789\r\n" + LAST, b"0123456789", "RFC 9112 7.1"),
    good("leading zeros", b"0005\r\nhello\r\n" + LAST, b"hello", "RFC 9112 7.1: 1*HEXDIG"),
    good("many zeros at the end", b"5\r\nhello\r\n0000\r\n\r\n", b"hello", "RFC 9112 7.1: 1*(\"0\")"),
    good("a chunk that holds CRLF", b"4\r\n\r\n\r\n\r\n" + LAST, b"\r\n\r\n", "RFC 9112 7.1"),
    good("a chunk that looks like the end", b"5\r\n0\r\n\r\n\r\n" + LAST, LAST, "RFC 9112 7.1"),
    good("a chunk that looks like a request", b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n" + LAST, SMUGGLED, "RFC 9112 7.1"),
    good("70,000 bytes", b"11170\r\n" + b"y" * 70000 + b"\r\n" + LAST, b"y" * 70000, "RFC 9112 7.1"),
    Case("byte by byte", tuple(bytes([byte]) for byte in chunked(b"5\r\nhello\r\n" + LAST)), passed(body=b"hello"), "RFC 9112 7.1"),
    Case("cut at every border", (chunked(b""), b"5", b"\r", b"\n", b"hello", b"\r", b"\n", b"0", b"\r\n", b"\r", b"\n"),
         passed(body=b"hello"), "RFC 9112 7.1"),
    Case("a request behind the end", chunked(b"5\r\nhello\r\n" + LAST) + chunked(b"2\r\nhi\r\n" + LAST, target="/y"),
         many(200, 200, seen=2, kept=True, body=b"hello"), "RFC 9112 9.3.2"),
]

EXTENSIONS = [
    good(f"extension: {name}", b"5" + text + b"\r\nhello\r\n" + LAST, b"hello", f"RFC 9112 7.1.1: MUST be ignored; {source}")
    for name, text, source in [
        ("a name", b";a", ""),
        ("a name and a value", b";a=b", ""),
        ("a quoted value", b';a="b c"', ""),
        ("two", b";a=b;c=d", ""),
        ("a semicolon in quotes", b';a="b;c"', ""),
        ("100 bytes", b";a=" + b"b" * 97, ""),
    ]
] + [
    good("extension: on the last chunk", b"5\r\nhello\r\n0;a=b\r\n\r\n", b"hello", "RFC 9112 7.1.1"),
] + [
    Case(f"extension: {name}", chunked(b"5" + text + b"\r\nhello\r\n" + LAST), refused(or_clean=or_clean), f"RFC 9112 7.1.1; {source}")
    for name, text, or_clean, source in [
        ("a bare LF inside", b";\n", False, "CVE-2025-55315 (Kestrel), TERM.EXT (Funky chunks, 2025)"),
        ("a bare LF and more", b";a\nb", False, "CVE-2025-22871 (Go), CVE-2025-58056 (Netty), TERM.EXT"),
        ("a bare CR inside", b";a\rb", False, "EXT.TERM (Funky chunks, 2025)"),
        ("NUL", b";a\x00", True, "RFC 9110 5.5"),
        ("a control character", b";a\x01", True, "CVE-2023-38697 (protocol-http1)"),
        ("5,000 bytes", b";" + b"a" * 5000, True, "CVE-2012-3544 (Tomcat), CVE-2024-22019 (Node)"),
        ("1 MiB", b";" + b"a" * (1 << 20), True, "CVE-2012-3544 (Tomcat), CVE-2024-22019 (Node)"),
        ("one that a LF ends, with a chunk inside", b";a\n00\r\n\r\nGET /smuggled HTTP/1.1\r\nX:", False,
         "TERM.EXT (Funky chunks, 2025)"),
    ]
]

SIZES = [
    Case(f"size: {name}", chunked(size + b"\r\nhello\r\n" + LAST), refused({400, 413}, or_clean=or_clean), f"RFC 9112 7.1; {source}")
    for name, size, or_clean, source in [
        ("none", b"", False, ""),
        ("a letter that is no digit", b"g", False, ""),
        ("plus", b"+5", False, "CVE-2022-24761 (Waitress)"),
        ("minus", b"-5", False, "CVE-2014-0075 (Tomcat)"),
        ("minus 1", b"-1", False, "CVE-2014-0075 (Tomcat)"),
        ("0x", b"0x5", False, "CVE-2022-24761 (Waitress), CVE-2023-38697"),
        ("underscore", b"0_5", False, "CVE-2023-37276 (aiohttp)"),
        ("a blank before", b" 5", False, "RFC 9112 7.1: no BWS there"),
        ("a tab before", b"\t5", False, ""),
        ("a blank behind", b"5 ", True, "RFC 9112 7.1.1: bad whitespace, only before an extension"),
        ("a tab behind", b"5\t", True, ""),
        ("a blank inside", b"5 5", False, ""),
        ("a vertical tab behind", b"5\x0b", False, ""),
        ("NUL behind", b"5\x00", False, ""),
        ("a letter behind", b"5x", False, "CVE-2023-47627 (aiohttp)"),
        ("a comma behind", b"5,", False, ""),
        ("a colon", b"5:", False, ""),
        ("a fraction", b"5.0", False, ""),
        ("quoted", b'"5"', False, ""),
        ("2^64", b"10000000000000000", False, "CVE-2013-2028 (nginx), CVE-2014-0075 (Tomcat)"),
        ("2^64 + 5", b"10000000000000005", False, "CVE-2021-32714 (hyper)"),
        ("2^63", b"8000000000000000", False, "CVE-2013-2028 (nginx)"),
        ("2^64 - 1", b"ffffffffffffffff", False, "CVE-2013-2028 (nginx): minus one"),
        ("1000 digits", b"f" * 1000, False, ""),
        ("1000 zeros before it", b"0" * 1000 + b"5", True, "bounded"),
        ("full-width digit", b"\xef\xbc\x95", False, ""),
        ("two lines", b"5\r\n\r\n", False, ""),
        ("a CR too many", b"5\r", False, "RFC 9112 2.2: a bare CR"),
    ]
]
ENDS = [
    Case(f"end: {name}", chunked(body), refused(or_clean=or_clean), f"RFC 9112 7.1; {source}")
    for name, body, or_clean, source in [
        ("bare LF behind the size", b"5\nhello\r\n" + LAST, True, "CVE-2025-22871 (Go), CVE-2015-3183 (httpd)"),
        ("bare CR behind the size", b"5\rhello\r\n" + LAST, False, "EXT.TERM (Funky chunks, 2025)"),
        ("bare LF behind the chunk", b"5\r\nhello\n" + LAST, True, "CVE-2025-43859 (h11)"),
        ("bare CR behind the chunk", b"5\r\nhello\r" + LAST, False, "RFC 9112 2.2"),
        ("nothing behind the chunk", b"5\r\nhello" + LAST, False, "ZERO.TWO (Funky chunks, 2025)"),
        ("two other bytes behind the chunk", b"5\r\nhelloXX" + LAST, False, "CVE-2025-43859 (h11), TWO.ZERO"),
        ("one other byte behind the chunk", b"5\r\nhelloX\r\n" + LAST, False, "SPILL (Funky chunks, 2025)"),
        ("a chunk longer than its size", b"3\r\nhello\r\n" + LAST, False, "SPILL (Funky chunks, 2025)"),
        ("a chunk longer than its size, a size in it", b"3\r\nhel5\r\nhello\r\n" + LAST, False, "SPILL (Funky chunks, 2025)"),
        ("a chunk shorter than its size", b"6\r\nhello\r\n" + LAST, False, "SPILL (Funky chunks, 2025)"),
        ("two line ends behind the chunk", b"5\r\nhello\r\n\r\n" + LAST, False, "RFC 9112 7.1"),
        ("CR, CR, LF behind the chunk", b"5\r\nhello\r\r\n" + LAST, False, "RFC 9112 7.1"),
        ("LF, CR behind the chunk", b"5\r\nhello\n\r" + LAST, False, "RFC 9112 7.1"),
        ("bare LF as the last line", b"5\r\nhello\r\n0\r\n\n", True, "TERM (Funky chunks, 2025)"),
        ("bare LFs in the last chunk", b"5\r\nhello\r\n0\n\n", True, "TERM (Funky chunks, 2025)"),
        ("bare CR as the last line", b"5\r\nhello\r\n0\r\n\rX", False, "RFC 9112 2.2"),
        ("a blank behind the last size", b"5\r\nhello\r\n0 \r\n\r\n", True, "RFC 9112 7.1.1"),
        ("a negative last size", b"5\r\nhello\r\n-0\r\n\r\n", False, "RFC 9112 7.1"),
        ("a request for the trailers", b"5\r\nhello\r\n0\r\n" + SMUGGLED, False, "CVE-2023-45648 (Tomcat): a trailer that is none"),
        ("no zero chunk, but a request", b"5\r\nhello\r\n" + SMUGGLED, False, "RFC 9112 7.1"),
    ]
]

TRAILERS = [
    good(f"trailer: {name}", b"5\r\nhello\r\n0\r\n" + text + b"\r\n", b"hello", f"RFC 9112 7.1.2: MAY be discarded; {source}")
    for name, text, source in [
        ("one", b"A: b\r\n", ""),
        ("three", b"A: b\r\nC: d\r\nE: f\r\n", ""),
        ("empty value", b"A:\r\n", ""),
        ("Content-Length", b"Content-Length: 50\r\n", "RFC 9110 6.5.1: never framing"),
        ("Transfer-Encoding", b"Transfer-Encoding: chunked\r\n", "RFC 9110 6.5.1: never framing"),
        ("Host", b"Host: evil\r\n", "RFC 9110 6.5.1: never routing"),
        ("Cookie", b"Cookie: JSESSIONID=1.evil\r\n", "RFC 9110 6.5.1: never routing"),
        ("X-Forwarded-For", b"X-Forwarded-For: 1.2.3.4\r\n", "RFC 9110 6.5.1; header injection after the proxy"),
        ("Connection", b"Connection: X-Forwarded-For\r\n", "RFC 9110 6.5.1"),
    ]
] + [
    Case("trailer: announced", chunked(b"5\r\nhello\r\n0\r\nA: b\r\n\r\n", "Trailer: A", "TE: trailers"),
         passed(body=b"hello", fields={"A": None}), "RFC 9110 6.6.2"),
    Case("trailer: not among the fields of the head", chunked(b"5\r\nhello\r\n0\r\nA: b\r\n\r\n"),
         passed(body=b"hello", fields={"A": None}), "RFC 9110 6.5: MUST NOT be merged"),
] + [
    Case(f"trailer: {name}", chunked(b"5\r\nhello\r\n0\r\n" + text + b"\r\n"), refused({400, 413, 431}, or_clean=or_clean),
         f"RFC 9112 7.1.2; {source}")
    for name, text, or_clean, source in [
        ("no colon", b"A\r\n", True, "CVE-2023-45648 (Tomcat)"),
        ("no name", b": b\r\n", True, "CVE-2023-45648 (Tomcat)"),
        ("a blank before the colon", b"A : b\r\n", True, "RFC 9112 5.1"),
        ("a blank in the name", b"A B: c\r\n", True, "CVE-2023-45648 (Tomcat)"),
        ("folded", b"A: b\r\n c\r\n", True, "RFC 9112 5.2"),
        ("bare LF", b"A: b\nC: d\r\n", True, "RFC 9112 2.2"),
        ("bare CR", b"A: b\rC: d\r\n", True, "RFC 9112 2.2"),
        ("NUL", b"A: b\x00\r\n", True, "RFC 9110 5.5"),
        ("40 KiB", b"A: " + b"b" * 40000 + b"\r\n", True, "CVE-2023-46589 (Tomcat): bounded"),
        ("10,000 of them", b"A: b\r\n" * 10000, True, "CVE-2023-46589 (Tomcat): bounded"),
        ("a request line", b"GET /smuggled HTTP/1.1\r\nHost: evil\r\n", True, "CVE-2023-45648 (Tomcat)"),
    ]
]

CASES = theme("chunks", GOOD, EXTENSIONS, SIZES, ENDS, TRAILERS)
