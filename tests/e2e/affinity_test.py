"""Which node a request goes to while all of them live, and what must not be touched on the way
(rules M1 to M7, M12, M13, M15, N1, N4, N5, N7 of memcached-session-manager)."""

import re
import secrets
import time
import unittest

from browser import Tab, invented_id, send
from case import Case
from farm import await_true
from stage import in_parallel


class Affinity(Case):
    def setUp(self):
        super().setUp()
        self.port = self.proxy.port
        self.first = Tab(self.port).log_in("node1")
        self.second = Tab(self.port).log_in("node2", "bob", "builder")

    def ask(self, path, *cookie_lines):
        """(node, user) of a GET with just these Cookie lines."""
        answer = send(self.port, "GET", path, [("Cookie", line) for line in cookie_lines])
        self.assertEqual(answer.status, 200, f"{path} {cookie_lines}: {answer}")
        return answer.json()["node"], answer.json()["user"]

    def decision_for(self, cookie):
        """What the access log says of a request with that cookie: (route_in, decision)."""
        mark = secrets.token_hex(6)
        self.ask(f"/share/api/whoami?create=false&m={mark}", cookie)

        def lines():
            return [line for line in self.proxy.access_log() if mark in line]
        await_true(lines, 5, "the line in the access log")
        return re.search("route_in=(\\S+) .*decision=(\\S+)", lines()[0]).groups()

    def test_route_is_compared_as_it_is_written(self):
        self.assertEqual(self.decision_for(f"JSESSIONID={invented_id('node1')}"), ("node1", "own_worker"))
        self.assertNotEqual(self.decision_for(f"JSESSIONID={invented_id('NODE1')}")[1], "own_worker")

    def test_session_without_a_route_is_balanced(self):
        self.assertEqual(self.decision_for(f"JSESSIONID={secrets.token_hex(16)}-n1"), ("-", "new_session"))

    def test_each_request_goes_to_its_sessions_node(self):
        for _ in range(6):
            self.assertEqual(self.ask("/share/api/whoami", f"JSESSIONID={self.first.cookie}"), ("node1", "alice"))
            self.assertEqual(self.ask("/share/api/whoami", f"JSESSIONID={self.second.cookie}"), ("node2", "bob"))

    def test_cookie_wins_over_the_path(self):
        path = f"/share/api/whoami;jsessionid={self.second.cookie}?create=false"
        self.assertEqual(self.ask(path, f"JSESSIONID={self.first.cookie}"), ("node1", "alice"))
        self.assertEqual(self.ask(path, "JSESSIONID=garbage")[1], None)  # Tomcat looks at the cookie alone

    def test_path_parameter_is_found_in_any_segment(self):
        ident = self.second.cookie
        for path in (f"/share/api/whoami;jsessionid={ident}", f"/share/api;jsessionid={ident}/whoami",
                     f"/share;jsessionid={ident}/api/whoami", f"/share/api/whoami;v=1;jsessionid={ident};w=2",
                     f"/share/api/whoami;jsessionid={self.first.cookie};jsessionid={ident}"):
            for _ in range(3):
                self.assertEqual(self.ask(path + "?create=false"), ("node2", "bob"), path)

    def test_encoded_semicolon_is_no_parameter(self):
        answer = send(self.port, "GET", f"/share/api/whoami%3Bjsessionid={self.second.cookie}")
        self.assertEqual(answer.status, 404)

    def test_names_are_case_sensitive(self):
        self.assertEqual(self.ask("/share/api/whoami?create=false", f"jsessionid={self.second.cookie}")[1], None)
        self.assertEqual(self.ask(f"/share/api/whoami;JSESSIONID={self.second.cookie}?create=false")[1], None)

    def test_first_cookie_with_a_known_route_decides(self):
        good = f"JSESSIONID={self.second.cookie}"
        for lines in ([f"JSESSIONID=garbage; {good}"], [f"JSESSIONID={'A' * 32}-n1.elsewhere; {good}"], [f"a=b; {good}; c=d"],
                      ["JSESSIONID=garbage", good], ["a=b", good]):
            for _ in range(3):
                self.assertEqual(self.ask("/share/api/whoami?create=false", *lines), ("node2", "bob"), lines)

    def test_quotes_and_blanks_are_tolerated(self):
        ident = self.second.cookie
        for line in (f'JSESSIONID="{ident}"', f"JSESSIONID ={ident}", f"JSESSIONID= {ident}", f"a=b ;  JSESSIONID={ident} "):
            for _ in range(3):
                self.assertEqual(self.ask("/share/api/whoami?create=false", line)[0], "node2", line)

    def test_request_arrives_as_it_was_sent(self):
        mark = secrets.token_hex(6)
        ident = self.second.cookie
        path = f"/share/api/whoami;v=%41;jsessionid={ident};=;w?create=false&m={mark}&;x=%2f"
        cookie = f'b="x y" ;JSESSIONID="{ident}";a=1;;  c'
        self.assertEqual(self.ask(path, cookie)[0], "node2")
        (line,) = [line for line in self.farm.tomcat_log("node2") if mark in line]
        self.assertIn(f'"GET {path} HTTP/1.1"', line)
        escaped = cookie.replace('"', '\\"')  # by Tomcat's log
        self.assertIn(f"cookie={escaped} set=", line)

    def test_set_cookie_lines_pass_untouched(self):
        def lines(port):
            answer = send(port, "GET", "/form/cookies.jsp", [("Cookie", f"SID={invented_id('node3')}")])
            return [re.sub("SID=[^;]*", "SID=", line) for line in answer.set_cookies]
        direct = lines(self.farm.port_of("node3"))
        self.assertEqual(len(direct), 4)
        self.assertEqual(lines(self.port), direct)

    def test_static_files_go_to_the_sessions_node(self):
        mark = secrets.token_hex(6)
        for _ in range(9):
            answer = self.first.get(f"/css/style.css?v={mark}")
            self.assertEqual((answer.status, answer.set_cookies), (200, []))
        await_true(lambda: sum(self.farm.requests_seen(mark).values()) >= 9, 5, "the last request in a node's log")
        self.assertEqual(self.farm.requests_seen(mark), {"node1": 9, "node2": 0, "node3": 0})

    def test_answers_with_a_cookie_are_not_shared(self):
        answers = in_parallel([lambda: Tab(self.port).get("/login") for _ in range(6)])
        self.assertEqual(len({answer.ids()[0] for answer in answers}), 6)

    def test_checks_create_no_session(self):
        before = self.farm.sessions_stored()
        time.sleep(2.5)
        self.assertEqual(self.farm.sessions_stored(), before)


class OtherNames(Case):
    """sessionCookieName="SID" renames the path parameter, too; FORM log-in of the container."""

    def setUp(self):
        super().setUp()
        self.user = Tab(self.proxy.port, invented_id("node1"), name="SID", app="/form")
        self.assertIn("j_security_check", self.user.get("/api/whoami").body.decode())
        answer = self.user.post("/j_security_check", "j_username=alice&j_password=wonderland")
        self.assertIn(answer.status, (302, 303))
        self.assertEqual(self.user.get("/api/whoami").json()["node"], "node1")
        self.assertEqual(self.user.post("/api/cart?item=pear").status, 200)

    def test_only_the_configured_names_count(self):
        foreign = invented_id("node3")
        for _ in range(3):
            answer = send(self.proxy.port, "GET", f"/form/api/whoami;jsessionid={foreign}",
                          [("Cookie", f"JSESSIONID={foreign}; SID={self.user.cookie}")])
            self.assertEqual(answer.json().get("node"), "node1")
            answer = send(self.proxy.port, "GET", f"/form/api/whoami;SID={self.user.cookie}")
            self.assertEqual((answer.json().get("node"), answer.json().get("from")), ("node1", "url"))

    def test_form_log_in_survives_the_death_of_its_node(self):
        self.farm.kill("node1")
        answer = self.user.get("/api/whoami")
        self.assertEqual(answer.json().get("cart"), {"pear": 1}, str(answer))
        self.assertEqual(len(answer.ids("SID")), 1)
        self.assertTrue(answer.ids("SID")[0].startswith(answer.sent_stem))
        self.assertNotEqual(self.user.node, "node1")

    def test_takeover_passes_all_cookies_on(self):
        self.farm.kill("node1")
        answer = self.user.get("/cookies.jsp")
        self.assertEqual([line.partition("=")[0] for line in answer.set_cookies], ["SID", "a", "b", "a"])


if __name__ == "__main__":
    unittest.main()
