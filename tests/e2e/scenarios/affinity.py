"""Which node a session's requests go to while all nodes live."""

import secrets

from browser import invented_id, send
from farm import await_true


def forms_of(ident, foreign):
    """Ways in which a client may show its session id, all of them understood by Tomcat: (path, Cookie lines)."""
    who = "/share/api/whoami"
    return [
        (who, [f"JSESSIONID={ident}"]),
        (who, [f'JSESSIONID="{ident}"']),
        (who, [f"JSESSIONID ={ident}"]),
        (who, [f"a=b ;  JSESSIONID={ident} ; c=d"]),
        (who, [f"JSESSIONID=garbage; JSESSIONID={ident}"]),
        (who, ["a=b", f"JSESSIONID={ident}"]),
        (f"{who};jsessionid={foreign}", [f"JSESSIONID={ident}"]),
        (f"{who};jsessionid={ident}", []),
        (f"{who};v=1;jsessionid={ident};w=2", []),
        (f"/share;jsessionid={ident}/api/whoami", []),
        (f"/share/css/style.css;jsessionid={ident}", []),
    ]


def odd_ways_to_show_the_session(stage):
    """Quoted, repeated, in the path, beside a foreign one: each request must reach the session's node."""
    for user in stage.log_in(2, "node2"):
        for path, lines in forms_of(user.cookie, invented_id("node1")):
            for _ in range(3):
                stage.tally.tried["requests"] += 1
                mark = secrets.token_hex(6)
                answer = send(stage.proxy.port, "GET", f"{path}?create=false&m={mark}", [("Cookie", line) for line in lines])
                await_true(lambda mark=mark: sum(stage.farm.requests_seen(mark).values()), 5, "the request in a node's log")
                if answer.status != 200 or not stage.farm.requests_seen(mark)["node2"]:
                    shown = f"{path} {lines}".replace(user.cookie, "ID.node2")
                    stage.tally.fault("request on another node", f"{answer.status} {shown}")
    return
    yield
