"""Host: exactly one, and its grammar (RFC 9112 3.2, RFC 9110 7.2, RFC 3986 3.2)."""

from case import Case, get, passed, refused, request, theme

COUNT = [
    Case("none", get(host=None), refused(), "RFC 9112 3.2: MUST 400"),
    Case("none in HTTP/1.0", get(version="1.0", host=None), passed(kept=False), "RFC 9112 3.2"),
    Case("two", get("Host: evil"), refused(), "RFC 9112 3.2: MUST 400"),
    Case("two alike", get("Host: h"), refused(), "RFC 9112 3.2: MUST 400"),
    Case("two in HTTP/1.0", get("Host: evil", version="1.0"), refused(), "RFC 9112 3.2: MUST 400"),
    Case("two in different cases", get("HOST: evil"), refused(), "RFC 9112 3.2: MUST 400"),
    Case("an empty one and another", request("GET /x HTTP/1.1", "Host: h", host=""), refused(), "RFC 9112 3.2: MUST 400"),
    Case("a second one that is folded away", get("A: b\r\n Host: evil"), refused(or_clean=True), "RFC 9112 5.2"),
    Case("a second one with a blank before the colon", get("Host : evil"), refused(), "RFC 9112 5.1: MUST 400"),
    Case("in another case", request("GET /x HTTP/1.1", "hOsT: h", host=None), passed(fields={"Host": "h"}), "RFC 9110 5.1"),
    Case("last", request("GET /x HTTP/1.1", "A: b", "Host: h", host=None), passed(fields={"Host": "h"}), "RFC 9110 7.2: SHOULD be first"),
    Case("underscore in X-Forwarded_Host", get("X-Forwarded_Host: evil"), passed(fields={"X-Forwarded_Host": None, "Host": "h"}),
         "a name that CGI and WSGI read alike", policy=True),
    Case("Host named in Connection", get("Connection: Host"), passed(fields={"Host": "h"}), "RFC 9110 7.6.1; CVE-2022-31813 (httpd)"),
]

GOOD = [
    Case(f"good: {name}", get(host=host), passed(fields={"Host": host.strip()}), f"RFC 3986 {source}", policy=True)
    for name, host, source in [
        ("a name", "www.example.com", "3.2.2"),
        ("capitals stay", "WWW.Example.COM", "3.2.2"),
        ("a port", "h:8080", "3.2.3"),
        ("the largest port", "h:65535", "3.2.3"),
        ("an empty port", "h:", "3.2.3"),
        ("a dot behind", "example.com.", "RFC 1034 3.1"),
        ("a hyphen", "my-host", "3.2.2"),
        ("an underscore", "my_host", "3.2.2"),
        ("digits", "123", "3.2.2"),
        ("v4", "192.0.2.1", "3.2.2"),
        ("v4 and a port", "192.0.2.1:80", "3.2.2"),
        ("v6", "[2001:db8::1]", "3.2.2"),
        ("v6 and a port", "[2001:db8::1]:8080", "3.2.2"),
        ("v6, any", "[::]", "3.2.2"),
        ("v6 with v4 in it", "[::ffff:192.0.2.1]", "3.2.2"),
        ("punycode", "xn--bcher-kva.example", "RFC 5891"),
        ("blanks around it", " \th \t", "RFC 9110 5.5"),
        ("253 letters", ".".join(["a" * 60] * 4), "RFC 1035 2.3.4"),
    ]
]

BAD = [
    Case(f"bad: {name}", get(host=host), refused(), f"RFC 9112 3.2: MUST 400; {source}", policy=policy)
    for name, host, source, policy in [
        ("empty", "", "RFC 9110 4.2.1: no http address has an empty host", True),
        ("a blank inside", "a b", "RFC 3986 3.2.2", False),
        ("a tab inside", "a\tb", "RFC 3986 3.2.2", False),
        ("two in a list", "a, b", "RFC 3986 3.2.2: Tomcat refuses a comma", True),
        ("two in a list, no blank", "a,b", "RFC 3986 3.2.2", True),
        ("a path", "h/x", "RFC 3986 3.2.2", False),
        ("a path behind a port", "h:80/x", "RFC 3986 3.2.2", False),
        ("a query", "h?x", "RFC 3986 3.2.2", False),
        ("a fragment", "h#x", "RFC 3986 3.2.2", False),
        ("a user", "user@h", "RFC 9110 7.2: no userinfo; Host of Troubles (2016)", False),
        ("a user and a password", "user:pass@h", "RFC 9110 7.2", False),
        ("a port that is a user", "h:80@evil", "RFC 9110 7.2; Host header attacks (2018)", False),
        ("a backslash", "h\\x", "RFC 3986 3.2.2", False),
        ("a scheme", "http://h", "RFC 9110 7.2", False),
        ("a port that is a word", "h:http", "RFC 3986 3.2.3", False),
        ("a port beyond 65535", "h:65536", "RFC 3986 3.2.3; RFC 9110 4.2", True),
        ("a port of 40 digits", "h:" + "1" * 40, "RFC 3986 3.2.3", True),
        ("a negative port", "h:-1", "RFC 3986 3.2.3", False),
        ("a port with plus", "h:+80", "RFC 3986 3.2.3", False),
        ("two ports", "h:80:81", "RFC 3986 3.2.3", False),
        ("a port with a blank", "h: 80", "RFC 3986 3.2.3", False),
        ("a port alone", ":80", "RFC 9110 4.2.1: empty host", True),
        ("a colon alone", ":", "RFC 9110 4.2.1", True),
        ("v6 without brackets", "::1", "RFC 3986 3.2.2", False),
        ("v6 without the end", "[::1", "RFC 3986 3.2.2", False),
        ("v6 without the begin", "::1]", "RFC 3986 3.2.2", False),
        ("no address in brackets", "[x]", "RFC 3986 3.2.2", False),
        ("empty brackets", "[]", "RFC 3986 3.2.2", False),
        ("a name in brackets", "[example.com]", "RFC 3986 3.2.2; CVE-2024-11168 (Python)", False),
        ("v6 with too many groups", "[1:2:3:4:5:6:7:8:9]", "RFC 3986 3.2.2", False),
        ("v6 with two gaps", "[1::2::3]", "RFC 3986 3.2.2", False),
        ("v6 with a zone", "[fe80::1%25eth0]", "RFC 9110 4.2: obsolete in http", True),
        ("a name behind brackets", "[::1]evil", "RFC 3986 3.2.2", False),
        ("a name before brackets", "evil[::1]", "RFC 3986 3.2.2", False),
        ("a future address", "[v1.x]", "RFC 3986 3.2.2: nobody's", True),
        ("a percent escape", "h%2fx", "RFC 3986 3.2.2: reg-name may; Tomcat does not", True),
        ("a percent escape of NUL", "h%00", "RFC 3986 3.2.2", True),
        ("NUL", "h\x00x", "RFC 9110 5.5", False),
        ("a control character", "h\x01", "RFC 9110 5.5", False),
        ("a byte beyond ASCII", "\xe4.example", "RFC 3986 3.2.2", False),
        ("UTF-8", "b\xc3\xbccher.example", "RFC 3986 3.2.2", False),
        ("a bare CR", "h\rx", "RFC 9112 2.2", False),
        ("quotes", '"h"', "RFC 3986 3.2.2", False),
        ("angle brackets", "<h>", "RFC 3986 3.2.2; cross-site scripting in a page that shows it", False),
        ("a brace", "{h}", "RFC 3986 3.2.2", False),
        ("a bar", "h|x", "RFC 3986 3.2.2", False),
        ("a caret", "h^x", "RFC 3986 3.2.2", False),
        ("a backtick", "h`id`", "RFC 3986 3.2.2", False),
        ("a dollar sign", "${jndi:ldap://x}", "RFC 3986 3.2.2; CVE-2021-44228 (Log4j)", False),
        ("a semicolon", "h;x", "RFC 3986 3.2.2: reg-name may; Tomcat does not", True),
        ("a dollar sign alone", "h$", "RFC 3986 3.2.2: reg-name may; Tomcat does not", True),
    ]
]

CASES = theme("host", COUNT, GOOD, BAD)
