"""Only /app is mounted: what a Tomcat would serve from elsewhere must not pass (RFC 3986 6, and Tomcat's reading)."""

from case import Case, declined, get, passed, theme

OUTSIDE = [
    Case(f"outside: {name}", get(target=target), declined({400, 403, 404}), source, setting="mount")
    for name, target, source in [
        ("another path", "/manager", "RFC 3986 3.3"),
        ("the root", "/", "RFC 3986 3.3"),
        ("a longer name", "/application", "a mount ends at a slash"),
        ("a longer name with a dot", "/app.xml", "a mount ends at a slash"),
        ("a shorter name", "/ap", "a mount ends at a slash"),
        ("in capitals", "/APP", "paths have case"),
        ("dots", "/app/../manager", "RFC 3986 5.2.4; CVE-2021-41773 (httpd)"),
        ("dots at the end", "/app/..", "RFC 3986 5.2.4"),
        ("dots and a slash at the end", "/app/../", "RFC 3986 5.2.4"),
        ("dots behind a segment", "/app/x/../../manager", "RFC 3986 5.2.4"),
        ("dots above the root", "/app/../../manager", "RFC 3986 5.2.4"),
        ("dots first", "/../manager", "RFC 3986 5.2.4"),
        ("a dot between", "/app/./../manager", "RFC 3986 5.2.4"),
        ("dots behind two slashes", "/app//../../manager", "CVE-2019-0220 (httpd)"),
        ("dots with a parameter", "/app/..;/manager/html", "CVE-2018-11759 (mod_jk); Orange Tsai, Black Hat 2018"),
        ("dots with a parameter and a value", "/app/..;x=y/manager/html", "CVE-2018-11759 (mod_jk)"),
        ("dots with two parameters", "/app/..;a;b/manager", "CVE-2018-11759 (mod_jk)"),
        ("dots with a session", "/app/..;jsessionid=1.n1/manager", "CVE-2018-11759 (mod_jk)"),
        ("a dot with a parameter", "/app/.;/../manager", "CVE-2018-11759 (mod_jk)"),
        ("a parameter and dots behind it", "/app;x/../manager", "CVE-2018-1323 (mod_jk)"),
        ("a parameter alone as a segment", "/app/;/../../manager", "CVE-2018-1323 (mod_jk)"),
        ("an empty parameter on another path", "/manager;/html", "CVE-2018-11759 (mod_jk): /jkstatus;"),
        ("a parameter before the path", "/;x/manager", "CVE-2018-11759 (mod_jk)"),
        ("a parameter that names the mount", "/manager;/app/", "CVE-2018-1323 (mod_jk)"),
        ("a parameter in the mount's name", "/ap;x/p", "parameters end a segment"),
        ("escaped dots", "/app/%2e%2e/manager", "CVE-2021-41773 (httpd)"),
        ("escaped dots in capitals", "/app/%2E%2E/manager", "CVE-2021-41773 (httpd)"),
        ("one escaped dot", "/app/.%2e/manager", "CVE-2021-41773 (httpd)"),
        ("the other escaped dot", "/app/%2e./manager", "CVE-2021-41773 (httpd)"),
        ("escaped dots with a parameter", "/app/%2e%2e;/manager", "CVE-2018-11759 (mod_jk)"),
        ("an escaped slash", "/app/..%2fmanager", "CVE-2007-0450 (Tomcat), CVE-2021-29492 (Envoy)"),
        ("an escaped slash in capitals", "/app/..%2Fmanager", "CVE-2007-0450 (Tomcat)"),
        ("all escaped", "/app%2f%2e%2e%2fmanager", "CVE-2021-29492 (Envoy)"),
        ("an escaped slash first", "/%2fmanager", "CVE-2021-29492 (Envoy)"),
        ("an escaped backslash", "/app/..%5cmanager", "CVE-2007-0450 (Tomcat)"),
        ("an escaped backslash in capitals", "/app/..%5Cmanager", "CVE-2007-0450 (Tomcat)"),
        ("a raw backslash", "/app/..\\manager", "CVE-2007-0450 (Tomcat)"),
        ("backslashes for slashes", "/app\\..\\manager", "CVE-2007-0450 (Tomcat)"),
        ("double escaped dots", "/%252e%252e/manager", "CVE-2007-1860 (mod_jk)"),
        ("overlong UTF-8 slash", "/app/..%c0%afmanager/../../manager", "CVE-2008-2938 (Tomcat)"),
        ("overlong UTF-8 dots", "/manager/%c0%ae%c0%ae/app", "CVE-2008-2938 (Tomcat)"),
        ("escaped mount of another", "/%6danager", "RFC 3986 6.2.2.2"),
        ("two slashes first", "//manager", "CVE-2019-0220 (httpd)"),
        ("three slashes first", "///manager", "CVE-2019-0220 (httpd)"),
        ("the mount in the query", "/manager?/app/", "RFC 3986 3.4"),
        ("absolute-form", "http://h/manager", "RFC 9112 3.2.2"),
        ("absolute-form with dots", "http://h/app/../manager", "RFC 9112 3.2.2"),
        ("absolute-form whose host is the mount", "http://app/manager", "RFC 9112 3.2.2"),
        ("absolute-form whose query is the mount", "http://h?/app/", "RFC 9112 3.2.2"),
    ]
]

REFUSED = [
    Case(f"refused: {name}", get(target=target), declined({400, 403, 404}), source, setting="mount")
    for name, target, source in [
        ("NUL", "/app/%00", "CVE-2010-2266-like: what ends a name in C"),
        ("NUL behind a name", "/app/x.jsp%00.html", "CVE-2002-0294-like: what ends a name in C"),
        ("an escape that is none", "/app/%zz", "RFC 3986 2.1"),
        ("half an escape", "/app/%4", "RFC 3986 2.1"),
        ("a percent sign alone", "/app/%", "RFC 3986 2.1"),
        ("an escape with a sign", "/app/%+4", "RFC 3986 2.1"),
        ("a %u escape", "/app/%u002e%u002e/manager", "RFC 3986 2.1"),
        ("an escaped slash under the mount", "/app/a%2fb", "CVE-2021-29492 (Envoy): read differently by each"),
        ("an escaped backslash under the mount", "/app/a%5cb", "CVE-2007-0450 (Tomcat)"),
        ("a raw backslash under the mount", "/app/a\\b", "RFC 3986 2"),
    ]
]
REFUSED = [case if case.name in ("refused: NUL", "refused: NUL behind a name") else
           Case(case.name, case.send, case.expect, case.source, policy=True, setting="mount") for case in REFUSED]

INSIDE = [
    Case(f"inside: {name}", get(target=target), passed(target=target), f"forwarded as it came; {source}", setting="mount", policy=True)
    for name, target, source in [
        ("the mount itself", "/app", "RFC 3986 3.3"),
        ("a slash behind it", "/app/", "RFC 3986 3.3"),
        ("a path below", "/app/x/y", "RFC 3986 3.3"),
        ("a query", "/app?x", "RFC 3986 3.4"),
        ("a parameter on the mount", "/app;x=y", "RFC 3986 3.3"),
        ("a session on the mount", "/app;jsessionid=1.n1", "Tomcat's path parameter"),
        ("a parameter below", "/app/x;a=b/y;c", "RFC 3986 3.3"),
        ("a dot segment that stays inside", "/app/x/../y", "RFC 3986 5.2.4"),
        ("a dot segment of one dot", "/app/./x", "RFC 3986 5.2.4"),
        ("from outside to inside", "/x/../app/y", "RFC 3986 5.2.4"),
        ("two slashes below", "/app//x", "RFC 3986 6.2.3"),
        ("two slashes first", "//app/x", "RFC 3986 6.2.3; Tomcat merges them"),
        ("three dots are a name", "/app/.../x", "RFC 3986 3.3"),
        ("two dots and a letter are a name", "/app/..x", "RFC 3986 3.3"),
        ("escaped letters", "/%61pp/x", "RFC 3986 6.2.2.2"),
        ("an escaped semicolon is no parameter", "/app/..%3b/x", "decoded after the parameters are out"),
        ("double escaped dots are a name", "/app/%252e%252e/manager", "CVE-2007-1860 (mod_jk): decoded once only"),
        ("dots in the query", "/app/x?../../manager", "RFC 3986 3.4"),
        ("an escaped slash in the query", "/app/x?a%2fb", "RFC 3986 3.4"),
        ("NUL in the query", "/app/x?a=%00", "RFC 3986 3.4: the worker's to judge"),
        ("a broken escape in the query", "/app/x?a=%zz", "RFC 3986 3.4: the worker's to judge"),
    ]
] + [
    Case("inside: a line break in the path stays escaped", get(target="/app/a%0d%0aX:%20y"),
         passed(target="/app/a%0d%0aX:%20y"), "CVE-2023-25690 (httpd), CVE-2019-10098", setting="mount", policy=True),
]

CASES = theme("paths", OUTSIDE, REFUSED, INSIDE)
