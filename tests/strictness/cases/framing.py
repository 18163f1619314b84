"""Where a request ends: Content-Length and Transfer-Encoding in every spelling (RFC 9112 6)."""

from case import SMUGGLED, Case, Step, ended, get, passed, post, refused, theme

TE, CL = "Transfer-Encoding: ", "Content-Length: "
LAST = b"0\r\n\r\n"

GOOD = [
    Case("no body", get(), passed(method="GET", target="/x", body=b"", fields={"Content-Length": None}), "RFC 9112 6.3"),
    Case("POST without a length", post(), passed(method="POST", body=b""), "RFC 9112 6.3"),
    Case("a length", post(CL + "5", body="hello"), passed(body=b"hello", fields={"Content-Length": "5"}), "RFC 9112 6.2"),
    Case("length 0", post(CL + "0"), passed(body=b""), "RFC 9112 6.2"),
    Case("a length in another case", post("CONTENT-LENGTH: 5", body="hello"), passed(body=b"hello"), "RFC 9110 5.1"),
    Case("blanks around a length", post("Content-Length: \t 5 \t ", body="hello"), passed(body=b"hello"), "RFC 9112 5.1"),
    Case("no blank before a length", post("Content-Length:5", body="hello"), passed(body=b"hello"), "RFC 9112 5"),
    Case("GET with a body", get(CL + "5") + b"hello", passed(method="GET", body=b"hello"), "RFC 9110 9.3.1"),
    Case("DELETE with a body", post(CL + "5", body="hello").replace(b"POST", b"DELETE"),
         passed(method="DELETE", body=b"hello"), "RFC 9110 9.3.5"),
    Case("leading zeros", post(CL + "0005", body="hello"),
         passed(body=b"hello", fields={"Content-Length": "5"}), "RFC 9110 8.6: 1*DIGIT; one canonical number goes on", policy=True),
    Case("chunked", post(TE + "chunked", body=b"5\r\nhello\r\n" + LAST), passed(body=b"hello"), "RFC 9112 7.1"),
    Case("chunked in capitals", post(TE + "CHUNKED", body=b"5\r\nhello\r\n" + LAST), passed(body=b"hello"), "RFC 9112 7"),
    Case("blanks around chunked", post("Transfer-Encoding:\t chunked \t", body=b"5\r\nhello\r\n" + LAST),
         passed(body=b"hello"), "RFC 9112 5.1"),
    Case("the body comes later", (post(CL + "5"), b"he", b"llo"), passed(body=b"hello"), "RFC 9112 6.2"),
    Case("a body that looks like a request", post(CL + str(len(SMUGGLED)), body=SMUGGLED), passed(body=SMUGGLED), "RFC 9112 6.2"),
    Case("GET whose body looks like a request", get(CL + str(len(SMUGGLED))) + SMUGGLED,
         passed(body=SMUGGLED), "RFC 9110 9.3.1; CL.0 (browser-powered desync, 2022)"),
    Case("HEAD with a body", post(CL + str(len(SMUGGLED)), body=SMUGGLED).replace(b"POST", b"HEAD"),
         passed(method="HEAD", body=SMUGGLED), "RFC 9110 9.3.2; CL.0"),
    Case("OPTIONS with a body", post(CL + str(len(SMUGGLED)), body=SMUGGLED).replace(b"POST", b"OPTIONS"),
         passed(method="OPTIONS", body=SMUGGLED), "RFC 9110 9.3.7; CL.0"),
]

SAME_LENGTHS = [
    Case("two equal lengths in two lines", post(CL + "5", CL + "5", body="hello"),
         passed(body=b"hello", fields={"Content-Length": "5"}), "RFC 9112 6.3 rule 5: one canonical number, or refused",
         policy=True),
    Case("two equal lengths in a list", post(CL + "5, 5", body="hello"),
         passed(body=b"hello", fields={"Content-Length": "5"}), "RFC 9110 8.6: one canonical number, or refused", policy=True),
]

DIFFERENT_LENGTHS = [
    Case(f"lengths that differ: {name}", post(*lines, body=b"hello" + SMUGGLED), refused(), f"RFC 9112 6.3; {source}")
    for name, lines, source in [
        ("smaller first", (CL + "5", CL + "43"), "CVE-2005-2090 (Tomcat)"),
        ("larger first", (CL + "43", CL + "5"), "CVE-2013-4286 (Tomcat)"),
        ("in a list", (CL + "5, 43",), "CVE-2017-7658 (Jetty)"),
        ("in a list, three", (CL + "5, 5, 43",), "RFC 9110 8.6"),
        ("0 first", (CL + "0", CL + "5"), "CVE-2019-16792 (Waitress)"),
        ("list and line", (CL + "5,5", CL + "6"), "RFC 9110 8.6"),
        ("another case", (CL + "5", "content-length: 6"), "RFC 9110 5.1"),
    ]
]

BAD_LENGTHS = [
    Case(f"no length: {name}", post(CL + value, body="hello"), refused(), f"RFC 9112 6.3; {source}")
    for name, value, source in [
        ("plus", "+5", "CVE-2021-32715 (hyper), CVE-2023-40167 (Jetty)"),
        ("minus", "-5", "RFC 9110 8.6"),
        ("minus 0", "-0", "RFC 9110 8.6"),
        ("hexadecimal", "0x5", "CVE-2023-38697 (protocol-http1)"),
        ("letters behind", "5a", "CVE-2022-42252 (Tomcat)"),
        ("letters before", "a5", "CVE-2022-42252 (Tomcat)"),
        ("a word", "five", "RFC 9110 8.6"),
        ("empty", "", "CVE-2023-40225 (HAProxy)"),
        ("a blank inside", "5 5", "RFC 9110 8.6"),
        ("a tab inside", "5\t5", "RFC 9110 8.6"),
        ("a comma behind", "5,", "RFC 9110 8.6; CVE-2023-40225"),
        ("a comma before", ",5", "RFC 9110 8.6; CVE-2023-40225"),
        ("an empty element", "5,,5", "RFC 9110 8.6"),
        ("semicolon", "5;5", "RFC 9110 8.6"),
        ("fraction", "5.0", "RFC 9110 8.6"),
        ("exponent", "5e0", "RFC 9110 8.6"),
        ("quoted", '"5"', "RFC 9110 8.6"),
        ("underscore, as Python reads it", "0_5", "CVE-2023-47627 (aiohttp)"),
        ("2^63", "9223372036854775808", "CVE-2014-0099 (Tomcat)"),
        ("2^64", "18446744073709551616", "CVE-2014-0099 (Tomcat)"),
        ("2^64 + 5", "18446744073709551621", "CVE-2014-0099 (Tomcat)"),
        ("40 digits", "1" * 40, "RFC 9110 8.6"),
        ("vertical tab", "\x0b5", "RFC 9110 5.5"),
        ("form feed", "5\x0c", "RFC 9110 5.5"),
        ("non-breaking blank", "\xa05", "RFC 9110 8.6"),
        ("Arabic digit", "\xd9\xa5", "RFC 9110 8.6"),
        ("superscript", "\xb2", "CVE-2023-47627 (aiohttp)"),
    ]
]

BOTH = [
    Case(f"both: {name}", post(*lines, body=body), refused({400, 501}, or_clean), f"RFC 9112 6.1; {source}")
    for name, lines, body, or_clean, source in [
        ("CL.TE", (CL + "6", TE + "chunked"), LAST + b"G", True, "CVE-2005-2088 (httpd), Watchfire 2005"),
        ("TE.CL", (TE + "chunked", CL + "4"), b"5c\r\n" + SMUGGLED.ljust(0x5C) + b"\r\n" + LAST, True,
         "HTTP desync attacks (2019), CVE-2019-20445 (Netty)"),
        ("CL.TE with a request behind", (CL + str(5 + len(SMUGGLED)), TE + "chunked"), LAST + SMUGGLED, True,
         "CVE-2022-26377, CVE-2022-36760 (httpd)"),
        ("length 0", (CL + "0", TE + "chunked"), LAST, True, "0.CL: HTTP/1.1 must die (2025)"),
        ("lengths that agree", (CL + "15", TE + "chunked"), b"5\r\nhello\r\n" + LAST, True, "CVE-2013-4286 (Tomcat)"),
        ("malformed length", (CL + "x", TE + "chunked"), LAST, False, "CVE-2022-42252 (Tomcat)"),
        ("empty length", (CL, TE + "chunked"), LAST, False, "CVE-2023-40225 (HAProxy)"),
        ("two lengths", (CL + "5", TE + "chunked", CL + "6"), LAST, False, "RFC 9112 6.3"),
        ("unknown coding", (CL + "5", TE + "gzip"), b"hello", False, "CVE-2020-1935 (Tomcat)"),
        ("identity", (CL + "5", TE + "identity"), b"hello", False, "CVE-2021-33037 (Tomcat)"),
        ("identity first", (TE + "identity", CL + "5"), b"hello", False, "CVE-2021-33037 (Tomcat)"),
        ("a coding that is no token", (CL + "5", TE + "chunked\x00"), b"hello", False, "RFC 9110 5.5"),
        ("vertical tab, TE.TE", (CL + "6", TE + "\x0bchunked"), LAST + b"G", False, "CVE-2019-18277 (HAProxy)"),
        ("xchunked, TE.TE", (CL + "6", TE + "xchunked"), LAST + b"G", False, "HTTP desync attacks (2019)"),
        ("quoted, TE.TE", (CL + "6", TE + '"chunked"'), LAST + b"G", False, "CVE-2020-15811 (Squid)"),
        ("apostrophes, TE.TE", (CL + "6", TE + "'chunked'"), LAST + b"G", False, "HTTP desync attacks (2019)"),
        ("two codings, TE.TE", (CL + "6", TE + "chunked", TE + "x"), LAST + b"G", False, "CVE-2020-8287 (Node)"),
        ("two codings the other way, TE.TE", (CL + "6", TE + "x", TE + "chunked"), LAST + b"G", False, "CVE-2020-8287 (Node)"),
        ("blank before the colon, TE.TE", (CL + "6", "Transfer-Encoding : chunked"), LAST + b"G", False,
         "RFC 9112 5.1; CVE-2019-16869 (Netty)"),
        ("tab before the colon, TE.TE", (CL + "6", "Transfer-Encoding\t: chunked"), LAST + b"G", False, "RFC 9112 5.1"),
        ("folded, TE.TE", (CL + "6", "Transfer-Encoding:\r\n chunked"), LAST + b"G", True, "CVE-2022-32215 (llhttp)"),
        ("folded name, TE.TE", (CL + "6", "Transfer-Encoding\r\n : chunked"), LAST + b"G", False, "HTTP desync attacks (2019)"),
        ("hidden behind a line feed, TE.TE", (CL + "6", "Foo: bar\nTransfer-Encoding: chunked"), LAST + b"G", True,
         "RFC 9112 2.2; CVE-2022-32214 (llhttp)"),
        ("hidden behind a CR, TE.TE", (CL + "6", "Foo: bar\rTransfer-Encoding: chunked"), LAST + b"G", False,
         "RFC 9112 2.2; CVE-2023-30589 (llhttp)"),
        ("hidden behind a NUL, TE.TE", (CL + "6", "Foo: bar\x00Transfer-Encoding: chunked"), LAST + b"G", False, "RFC 9110 5.5"),
        ("length behind a line feed", ("Foo: bar\nContent-Length: 6", TE + "chunked"), LAST + b"G", True, "RFC 9112 2.2"),
        ("length with a blank before it", (TE + "chunked", " Content-Length: 6"), LAST + b"G", True, "CVE-2024-27982 (Node)"),
        ("a tab in the coding, TE.TE", (CL + "6", TE + "chunked\tx"), LAST + b"G", False, "RFC 9112 6.1"),
        ("chunked in an extension of itself", (CL + "6", TE + "x;y=chunked"), LAST + b"G", False, "RFC 9112 7"),
        ("non-breaking blank, TE.TE", (CL + "6", TE + "\xa0chunked"), LAST + b"G", False, "CVE-2020-7238 (Netty)"),
    ]
]

CODINGS = [
    Case(f"coding: {name}", post(TE + value, body=LAST), refused(status, or_clean), f"RFC {source if source[0] == '9' else '9112 ' + source}")
    for name, value, status, or_clean, source in [
        ("gzip", "gzip", {400, 501}, False, "6.1: without chunked at the end the length is unknown: 400"),
        ("an unknown one", "x", {400, 501}, False, "6.1: SHOULD 501"),
        ("identity", "identity", {400, 501}, False, "7; CVE-2021-33037 (Tomcat)"),
        ("gzip, chunked", "gzip, chunked", {400, 501}, False, "6.1: a coding that is not understood"),
        ("chunked, gzip", "chunked, gzip", 400, False, "6.3: chunked is not the last"),
        ("chunked, identity", "chunked, identity", 400, False, "6.3; CVE-2022-32213 (llhttp)"),
        ("identity, chunked", "identity, chunked", {400, 501}, True, "7.1; CVE-2019-15605 (Node)"),
        ("chunked twice", "chunked, chunked", {400, 501}, False, "6.1: MUST NOT apply chunked more than once"),
        ("a comma behind", "chunked,", {400, 501}, True, "9110 5.6.1 lets lists hold empty elements"),
        ("a comma before", ",chunked", {400, 501}, True, "9110 5.6.1 lets lists hold empty elements"),
        ("a parameter", "chunked;a=b", {400, 501}, False, "7: chunked has none"),
        ("a semicolon", "chunked;", {400, 501}, False, "7"),
        ("quoted", '"chunked"', {400, 501}, False, "7; CVE-2020-15811 (Squid)"),
        ("xchunked", "xchunked", {400, 501}, False, "7; HTTP desync attacks (2019)"),
        ("chunkedx", "chunkedx", {400, 501}, False, "7"),
        ("chunk", "chunk", {400, 501}, False, "7; CVE-2024-1135 (gunicorn)"),
        ("two words", "chunked gzip", {400, 501}, False, "7"),
        ("empty", "", {400, 501}, False, "6.1"),
        ("a comma alone", ",", {400, 501}, False, "6.1"),
        ("underscore", "chunked_", {400, 501}, False, "7"),
        ("vertical tab before", "\x0bchunked", {400, 501}, False, "9110 5.5; CVE-2019-18277 (HAProxy)"),
        ("vertical tab behind", "chunked\x0b", {400, 501}, False, "9110 5.5"),
        ("form feed", "\x0cchunked", {400, 501}, False, "9110 5.5"),
        ("control character", "chunked\x01", {400, 501}, False, "9110 5.5"),
        ("non-breaking blank", "\xa0chunked", {400, 501}, False, "7; CVE-2020-7238 (Netty)"),
        ("Kelvin sign for k", "chun\xe2\x84\xaaed", {400, 501}, False, "7; CVE-2025-53643 (aiohttp)"),
        ("CR behind", "chunked\r", 400, True, "2.2: a bare CR: reject, or replace by a blank"),
        ("NUL behind", "chunked\x00", 400, False, "9110 5.5"),
        ("backspace", "chunked\x08", {400, 501}, False, "9110 5.5"),
    ]
] + [
    Case("coding: in two lines", post(TE + "chunked", TE + "chunked", body=LAST), refused(), "RFC 9112 6.1: chunked twice"),
    Case("coding: gzip in a line before", post(TE + "gzip", TE + "chunked", body=LAST), refused({400, 501}), "RFC 9112 6.1"),
    Case("coding: identity in a line behind", post(TE + "chunked", TE + "identity", body=LAST), refused(),
         "RFC 9112 6.3; CVE-2020-8287 (Node)"),
    Case("coding: an empty line before", post(TE, TE + "chunked", body=LAST), refused(or_clean=True), "RFC 9112 6.1"),
    Case("coding: an empty line behind", post(TE + "chunked", TE, body=LAST), refused(or_clean=True), "RFC 9112 6.1"),
    Case("coding: folded", post("Transfer-Encoding:\r\n chunked", body=LAST), refused(or_clean=True), "RFC 9112 5.2"),
    Case("coding: GET, chunked", get(TE + "chunked") + b"5\r\nhello\r\n" + LAST, passed(method="GET", body=b"hello"), "RFC 9110 9.3.1"),
    Case("coding: underscore in the name", post("Transfer_Encoding: chunked", CL + "5", body="hello"),
         passed(body=b"hello", fields={"Transfer_Encoding": None}), "read as Transfer-Encoding by CGI and WSGI; CVE-2020-15811",
         policy=True),
    Case("length: underscore in the name", post("Content_Length: 3", CL + "5", body="hello"),
         passed(body=b"hello", fields={"Content_Length": None}), "read as Content-Length by CGI and WSGI", policy=True),
    Case("length: underscore alone", get("Content_Length: 43", target="/x"),
         passed(fields={"Content_Length": None, "Content-Length": None}), "read as Content-Length by CGI and WSGI", policy=True),
    Case("length: long field before it", post("Content-Length0" + "a" * 255 + ":", CL + "5", body="hello"), passed(body=b"hello"),
         "CVE-2021-40346 (HAProxy): a name of 270 bytes hid a length"),
    Case("length: Content-Length0aaa instead of it", post("Content-Length0" + "a" * 255 + ":", CL + "23", body="x" * 23),
         passed(body=b"x" * 23), "CVE-2021-40346 (HAProxy)"),
    Case("too large a body is not refused for its size", post(CL + "70000", body="y" * 70000), passed(body=b"y" * 70000), "RFC 9112 6.2"),
]

CUT = [
    Case("the client ends in mid-body", (post(CL + "10", body="hello"), Step.HEAD_SEEN, Step.HALF_CLOSE),
         ended(), "RFC 9112 8: what is incomplete is no request", policy=True),
    Case("the client ends in mid-chunk", (post(TE + "chunked", body=b"a\r\nhello"), Step.HEAD_SEEN, Step.HALF_CLOSE),
         ended(), "RFC 9112 8", policy=True),
    Case("the client ends before the last chunk", (post(TE + "chunked", body=b"5\r\nhello\r\n"), Step.HEAD_SEEN, Step.HALF_CLOSE),
         ended(), "RFC 9112 8: a chunked body without the zero chunk is incomplete", policy=True),
]

CASES = theme("framing", GOOD, SAME_LENGTHS, DIFFERENT_LENGTHS, BAD_LENGTHS, BOTH, CODINGS, CUT)
