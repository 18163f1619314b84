"""Method, target in its four forms, version as words of a line (RFC 9112 3)."""

from case import SMUGGLED, Case, declined, get, many, passed, refused, request, theme


def line(text):
    return request(text)


# RFC 9112 3: a recipient MAY look for words between any blanks instead.
BY_WORDS = ("two blanks behind the method", "two blanks before the version", "a tab behind the method", "a tab before the version",
            "a vertical tab behind the method", "a form feed before the version", "a blank before the method", "a tab before the method",
            "a blank behind the version", "a tab behind the version")

MALFORMED = [
    Case(f"line: {name}", line(text), refused({400, 505}, or_clean=name in BY_WORDS), f"RFC 9112 3; {source}")
    for name, text, source in [
        ("two blanks behind the method", "GET  /x HTTP/1.1", "T-Reqs (2021)"),
        ("two blanks before the version", "GET /x  HTTP/1.1", "T-Reqs (2021)"),
        ("a tab behind the method", "GET\t/x HTTP/1.1", "CVE-2016-8743 (httpd)"),
        ("a tab before the version", "GET /x\tHTTP/1.1", "CVE-2016-8743 (httpd)"),
        ("a vertical tab behind the method", "GET\x0b/x HTTP/1.1", "CVE-2016-8743 (httpd)"),
        ("a form feed before the version", "GET /x\x0cHTTP/1.1", "CVE-2016-8743 (httpd)"),
        ("a blank before the method", " GET /x HTTP/1.1", "T-Reqs (2021)"),
        ("a tab before the method", "\tGET /x HTTP/1.1", ""),
        ("a blank behind the version", "GET /x HTTP/1.1 ", "T-Reqs (2021)"),
        ("a tab behind the version", "GET /x HTTP/1.1\t", ""),
        ("more behind the version", "GET /x HTTP/1.1 foo", ""),
        ("a blank in the target", "GET /x y HTTP/1.1", "CVE-2016-6816 (Tomcat), CVE-2023-25690 (httpd)"),
        ("a version in the target", "GET /x HTTP/1.1 HTTP/1.1", "CVE-2023-25690 (httpd)"),
        ("the method alone", "GET", ""),
        ("the method and a blank", "GET ", ""),
        ("no method", "/x HTTP/1.1", ""),
        ("no target", "GET HTTP/1.1", ""),
        ("no target, two blanks", "GET  HTTP/1.1", ""),
        ("a blank alone", " ", ""),
        ("NUL in front", "\x00GET /x HTTP/1.1", ""),
        ("a status line", "HTTP/1.1 200 OK", ""),
        ("a proxy header that nobody asked for", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2", "PROXY protocol: never guessed"),
    ]
]

METHODS = [
    Case(f"method: {name}", line(f"{method} /x HTTP/1.1"), refused(), f"RFC 9110 9.1: a method is a token; {source}")
    for name, method, source in [
        ("a colon", "GET:", ""),
        ("a slash", "GE/T", ""),
        ("a comma", "GET,POST", ""),
        ("parentheses", "G(E)T", ""),
        ("a quote", '"GET"', ""),
        ("an equals sign", "GE=T", ""),
        ("brackets", "[GET]", ""),
        ("an at sign", "G@T", ""),
        ("NUL", "G\x00ET", "CVE-2019-9900 (Envoy)"),
        ("a control character", "G\x01ET", ""),
        ("DEL", "GET\x7f", ""),
        ("a byte beyond ASCII", "G\xcbT", ""),
        ("a backslash", "GET\\", ""),
        ("a question mark", "GET?", ""),
    ]
] + [
    Case(f"method: {method} passes", line(f"{method} /x HTTP/1.1"), passed(method=method), f"RFC 9110 {source}")
    for method, source in [("PUT", "9.3.4"), ("PATCH", "RFC 5789"), ("DELETE", "9.3.5"), ("OPTIONS", "9.3.7"),
                           ("HEAD", "9.3.2"), ("PROPFIND", "RFC 4918"), ("SEARCH", "RFC 5323"), ("FOO", "9.1: one that nobody knows"),
                           ("get", "9.1: methods are case-sensitive"), ("A", "9.1"), ("M-SEARCH", "9.1"), ("x!#$%&'*+.^_`|~", "5.6.2")]
] + [
    Case("method: TRACE", line("TRACE /x HTTP/1.1"), declined({405, 501}), "RFC 9110 9.3.8; cross-site tracing (2003)", policy=True),
    Case("method: CONNECT, authority-form", line("CONNECT h:80 HTTP/1.1"), refused({400, 405, 501}), "RFC 9110 9.3.6; no forward proxy"),
    Case("method: CONNECT, origin-form", line("CONNECT /x HTTP/1.1"), refused({400, 405, 501}), "RFC 9112 3.2.3"),
    Case("method: CONNECT with a request behind", line("CONNECT h:80 HTTP/1.1") + SMUGGLED, refused({400, 405, 501}),
         "RFC 9110 9.3.6: no tunnel"),
    Case("method: a long one", line("M" * 9000 + " /x HTTP/1.1"), refused({400, 414, 501}, or_clean=True), "RFC 9112 3: SHOULD 501"),
    Case("method: PRI, the HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refused({400, 505}), "RFC 9113 3.4"),
]

TARGETS = [
    Case(f"target: {name}", line(f"GET {target} HTTP/1.1"), refused({400, 404}, or_clean="MUST" not in source), f"RFC 9112 3.2; {source}")
    for name, target, source in [
        ("no slash", "x", "RFC 9112 3.2.1"),
        ("a query alone", "?a", "RFC 9112 3.2.1"),
        ("a fragment", "/x#y", "CVE-2023-45539 (HAProxy)"),
        ("a fragment alone", "#", "CVE-2023-45539 (HAProxy)"),
        ("a fragment in the query", "/x?a#b", "CVE-2023-45539 (HAProxy)"),
        ("at sign and a host", "@evil/", "CVE-2021-40438-like (httpd): the target is no authority"),
        ("an authority", "evil:80", "RFC 9112 3.2.3: CONNECT only"),
        ("* with GET", "*", "RFC 9112 3.2.4: OPTIONS only"),
        ("*/ with GET", "*/", "RFC 9112 3.2.4"),
        ("a dot", ".", "RFC 9112 3.2.1"),
        ("two dots and a slash", "../x", "RFC 9112 3.2.1; CVE-2021-41773 (httpd)"),
        ("a backslash for the slash", "\\x", "RFC 9112 3.2.1"),
        ("another scheme", "ftp://h/x", "CVE-2021-44224 (httpd)"),
        ("unix:", "unix:/run/x|http://h/", "CVE-2021-40438 (httpd)"),
        ("a file", "file:///etc/passwd", "CVE-2021-44224 (httpd)"),
        ("javascript", "javascript:alert(1)", "RFC 9112 3.2.2"),
        ("no authority", "http:///x", "RFC 9110 4.2.1: MUST reject an empty host"),
        ("no slashes behind the scheme", "http:/x", "RFC 3986 3.2"),
        ("one slash behind the scheme", "http:/h/x", "RFC 3986 3.2"),
        ("the scheme alone", "http://", "RFC 9110 4.2.1"),
        ("user and password", "http://user:pass@h/x", "RFC 9110 4.2.4"),
        ("an at sign in the authority", "http://h@evil/x", "RFC 9110 4.2.4"),
        ("a bad port", "http://h:x/", "RFC 3986 3.2.3"),
        ("a port that is too large", "http://h:65536/", "RFC 3986 3.2.3"),
        ("a broken address", "http://[::1/x", "RFC 3986 3.2.2"),
        ("a blank host", "http://%20/x", "RFC 3986 3.2.2"),
        ("a backslash in the authority", "http://h\\@evil/x", "RFC 3986 3.2.2"),
        ("NUL", "/x\x00y", "CVE-2019-9900 (Envoy)"),
        ("a control character", "/x\x01y", "RFC 3986 2"),
        ("a vertical tab", "/x\x0by", "CVE-2016-8743 (httpd)"),
        ("DEL", "/x\x7f", "RFC 3986 2"),
        ("raw UTF-8", "/\xc3\xa9", "RFC 3986 2"),
        ("a raw byte", "/\xff", "RFC 3986 2"),
        ("a raw byte in the query", "/x?\xff", "RFC 3986 2"),
        ("a bare CR", "/x\ry", "RFC 9112 2.2"),
        ("a bare LF", "/x\ny", "RFC 9112 2.2"),
    ]
] + [
    Case(f"target: {name}", line(f"GET {target} HTTP/1.1"), passed(target=target), f"RFC 3986 {source}", policy=True)
    for name, target, source in [
        ("the root", "/", "3.3"),
        ("a query", "/x?a=b&c=d", "3.4"),
        ("an empty query", "/x?", "3.4"),
        ("two question marks", "/x?a?b", "3.4"),
        ("a slash in the query", "/x?/../y", "3.4: dots are resolved in paths only"),
        ("an absolute address in the query", "/x?u=http://h/", "3.4"),
        ("every character of a segment", "/-._~!$&'()*+,;=:@", "3.3"),
        ("percent escapes stay", "/%41%7e%C3%A9", "2.4: forwarded as they came"),
        ("lower-case escapes stay", "/%c3%a9", "6.2.2.1"),
        ("an escaped blank stays", "/a%20b", "2.4; CVE-2023-25690 (httpd)"),
        ("an escaped line break in the query stays", "/x?a=%0d%0aB:%20c", "2.4; CVE-2023-25690 (httpd)"),
        ("an escaped question mark stays", "/a%3fb", "2.4; CVE-2024-38474 (httpd)"),
        ("an escaped semicolon stays", "/a%3bb", "2.4: no path parameter"),
        ("an escaped hash stays", "/a%23b", "2.4"),
        ("an escaped percent sign stays", "/a%2541", "2.4: decoded once only"),
        ("a path parameter stays", "/x;jsessionid=1.n1?y", "3.3"),
        ("a trailing slash stays", "/x/", "3.3"),
        ("a colon in the first segment", "/a:b", "3.3"),
        ("4000 bytes", "/" + "x" * 4000, "RFC 9112 3: at least 8000"),
    ]
] + [
    Case("target: a request line of 8000 bytes", line("GET /" + "x" * (8000 - 14) + " HTTP/1.1"),
         passed(target="/" + "x" * (8000 - 14)), "RFC 9112 3: RECOMMENDED, at least 8000"),
    Case("target: a request line beyond the limit", line("GET /" + "x" * 9000 + " HTTP/1.1"), refused({414}),
         "RFC 9112 3: MUST 414", policy=True),
    Case("target: a request line of 1 MiB", line("GET /" + "x" * (1 << 20) + " HTTP/1.1"), refused({400, 414, 431}), "RFC 9112 3; bounded"),
    Case("target: raw braces and bars", line("GET /x?q={a|b}^`[c] HTTP/1.1"), passed(target="/x?q={a|b}^`[c]"),
         "RFC 3986 2: not in the grammar, but visible ASCII that browsers send, and that a Tomcat judges itself "
         "(relaxedQueryChars; CVE-2016-6816)", policy=True),
]

FORMS = [
    Case("absolute-form", line("GET http://h/x?y HTTP/1.1"), passed(target="/x?y", fields={"Host": "h"}),
         "RFC 9112 3.2.2: MUST be accepted"),
    Case("absolute-form in capitals", line("GET HTTP://h/x HTTP/1.1"), passed(target="/x", fields={"Host": "h"}), "RFC 3986 3.1"),
    Case("absolute-form, https", line("GET https://h/x HTTP/1.1"), passed(target="/x", fields={"Host": "h"}), "RFC 9112 3.2.2",
         policy=True),
    Case("absolute-form without a path", line("GET http://h HTTP/1.1"), passed(target="/", fields={"Host": "h"}), "RFC 9110 4.2.3"),
    Case("absolute-form with a query but no path", line("GET http://h?a=b HTTP/1.1"), passed(target="/?a=b", fields={"Host": "h"}),
         "RFC 9112 3.2.1: an empty path goes on as /"),
    Case("absolute-form, OPTIONS with a query", request("OPTIONS http://h?a HTTP/1.1"), passed(method="OPTIONS", target="/?a"),
         "RFC 9112 3.2.4", policy=True),
    Case("absolute-form with a port", line("GET http://h:81/x HTTP/1.1"), passed(target="/x", fields={"Host": "h:81"}), "RFC 9112 3.2.2", policy=True),
    Case("absolute-form against Host", line("GET http://right/x HTTP/1.1"),
         passed(target="/x", fields={"Host": "right"}), "RFC 9112 3.2.2: a proxy MUST replace the Host that it got"),
    Case("absolute-form, v6 address", line("GET http://[::1]:80/x HTTP/1.1"), passed(target="/x", fields={"Host": "[::1]:80"}), "RFC 3986 3.2.2",
         policy=True),
    Case("absolute-form with POST", request("POST http://h/x HTTP/1.1", "Content-Length: 2", body="hi"),
         passed(method="POST", target="/x", body=b"hi"), "RFC 9112 3.2.2"),
    Case("absolute-form without Host", request("GET http://h/x HTTP/1.1", host=None), refused(), "RFC 9112 3.2: MUST 400 without Host"),
    Case("absolute-form and a malformed Host", request("GET http://h/x HTTP/1.1", host="a b"), refused(), "RFC 9112 3.2: MUST 400"),
    Case("absolute-form and two Hosts", request("GET http://h/x HTTP/1.1", "Host: evil"), refused(), "RFC 9112 3.2: MUST 400"),
    Case("absolute-form, OPTIONS of a server", request("OPTIONS http://h HTTP/1.1"), passed(method="OPTIONS", target="*"),
         "RFC 9112 3.2.4: the last proxy MUST send *", policy=True),
    Case("absolute-form, dots at the root", line("GET http://h/../x HTTP/1.1"), refused(or_clean=True), "RFC 3986 5.2.4", policy=True),
    Case("asterisk-form", request("OPTIONS * HTTP/1.1"), passed(method="OPTIONS", target="*"), "RFC 9112 3.2.4", policy=True),
    Case("asterisk-form with POST", request("POST * HTTP/1.1"), refused(), "RFC 9112 3.2.4: OPTIONS only"),
    Case("asterisk-form, then another", request("OPTIONS * HTTP/1.1") + get(), many(200, 200, kept=True, seen=2), "RFC 9112 3.2.4",
         policy=True),
]

CASES = theme("request_line", MALFORMED, METHODS, TARGETS, FORMS)
