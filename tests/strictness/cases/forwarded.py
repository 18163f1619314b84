"""Fields that tell the worker where a request came from: a stranger's never reach it (RFC 7239, X-Forwarded-*)."""

from case import Case, get, passed, request, theme

OURS = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "h"}

SET = [
    Case("all are set", get(), passed(fields=OURS), "http-rules: set by the proxy", policy=True),
    Case("HTTP/1.0 without Host", get(version="1.0", host=None), passed(kept=False, fields={"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": None}),
         "RFC 9112 3.2", policy=True),
    Case("absolute-form's authority is the host", request("GET http://right/x HTTP/1.1"), passed(fields={"X-Forwarded-Host": "right"}),
         "RFC 9112 3.2.2", policy=True),
]

STRANGERS = [
    Case(f"a stranger's {name}", get(f"{name}: {value}", "X-Last: yes"),
         passed(fields={name: OURS.get(name), "X-Last": "yes"}), source, policy=True)
    for name, value, source in [
        ("X-Forwarded-For", "10.0.0.1", "RFC 7239 8.1"),
        ("X-Forwarded-Proto", "https", "RFC 7239 8.1"),
        ("X-Forwarded-Host", "evil", "Host header attacks; cache poisoning (2018)"),
        ("X-Forwarded-Server", "evil", "cache poisoning (2018)"),
        ("X-Forwarded-Prefix", "/evil", "CVE-2020-5421-like: Spring's ForwardedHeaderFilter"),
        ("X-Forwarded-Ssl", "on", "read by frameworks"),
        ("X-Forwarded-Scheme", "https", "cache poisoning (2018)"),
        ("X-Forwarded-By", "1.2.3.4", "Tomcat's RemoteIpValve"),
        ("X-Forwarded", "for=1.2.3.4", "read by frameworks"),
        ("Forwarded", "for=1.2.3.4;host=evil;proto=https", "RFC 7239 8.1"),
        ("Proxy", "http://evil/", "CVE-2016-5387 (httpoxy)"),
    ]
] + [
    Case("a stranger's X-Forwarded-Port", get("X-Forwarded-Port: 443"), passed(fields={}), "RFC 7239 8.1", policy=True),
    Case("two X-Forwarded-For lines", get("X-Forwarded-For: 10.0.0.1", "x-forwarded-for: 10.0.0.2"),
         passed(fields={"X-Forwarded-For": ["127.0.0.1"]}), "RFC 7239 8.1", policy=True),
    Case("in capitals", get("X-FORWARDED-FOR: 10.0.0.1"), passed(fields={"X-Forwarded-For": ["127.0.0.1"]}), "RFC 9110 5.1", policy=True),
]

LOOK_ALIKES = [
    Case(f"looks like one of ours: {name}", get(f"{name}: evil", "X-Last: yes"), passed(fields={name: None, "X-Last": "yes", **OURS}),
         "read alike by CGI, WSGI and whatever maps - to _", policy=True)
    for name in ["X_Forwarded_For", "X-Forwarded_For", "X_Forwarded-For", "x_forwarded_for", "X_FORWARDED_FOR", "X-Forwarded_Proto",
                 "X_Forwarded_Proto", "X_Forwarded-Proto", "X-Forwarded_Host", "X_Forwarded_Host", "X_Forwarded-Host",
                 "X-Forwarded_Port", "X_Forwarded_Port", "X-Forwarded_Prefix", "X_Forwarded_Ssl", "X_Forwarded", "X-Forwarded_Server",
                 "Content_Length", "Transfer_Encoding"]
] + [
    Case(f"looks like one of ours, but is another: {name}", get(f"{name}: v"), passed(fields={name: "v", **OURS}),
         "RFC 9110 5.1: an underscore is a token's", policy=True)
    for name in ["X_Trace_Id", "X_Forward", "My_Header", "_", "X-Forward-For"]
]

CASES = theme("forwarded", SET, STRANGERS, LOOK_ALIKES)
