"""What users see when a real Tomcat dies: nothing."""

import unittest

from farm import Browser, Farm, in_parallel


class Failover(unittest.TestCase):
    farm = None

    @classmethod
    def setUpClass(cls):
        cls.farm = Farm()

    @classmethod
    def tearDownClass(cls):
        cls.farm.run("down")

    def setUp(self):
        self.killed = []

    def tearDown(self):
        for node in self.killed:
            self.farm.run("start", node)

    def kill(self, node):
        self.farm.run("kill", node)
        self.killed.append(node)

    def logged_in(self):
        browser = Browser(self.farm)
        self.assertEqual(browser.log_in()["user"], "alice")
        return browser

    def test_user_stays_logged_in_when_the_tomcat_is_killed(self):
        browser = self.logged_in()
        browser.post("/share/api/cart?item=apple")
        first, stem = browser.node, browser.cookie.split("-")[0]
        self.kill(first)
        answer = browser.get("/share/api/whoami")
        self.assertEqual(answer.json()["user"], "alice")
        self.assertIn("apple", str(answer.json()["cart"]))
        own = [line for line in answer.set_cookies if line.startswith("JSESSIONID=")]
        self.assertEqual(len(own), 1)
        self.assertEqual(browser.cookie.split("-")[0], stem)
        self.assertNotEqual(browser.node, first)
        self.assertEqual(browser.whoami()["node"], browser.node)

    def test_post_as_the_first_request_after_the_death_runs_once(self):
        browser = self.logged_in()
        self.kill(browser.node)
        self.assertEqual(browser.post("/share/api/count?key=once").status, 200)
        self.assertEqual(len(self.farm.executions("once")), 1)
        self.assertEqual(browser.whoami()["user"], "alice")

    def test_session_stays_where_it_moved_when_the_node_returns(self):
        browser = self.logged_in()
        first, old_cookie = browser.node, browser.cookie
        self.kill(first)
        browser.whoami()
        second = browser.node
        self.farm.run("start", first)
        self.killed.clear()
        self.assertEqual(browser.whoami()["node"], second)
        other_tab = Browser(self.farm)
        other_tab.cookie = old_cookie  # a tab that never saw the new cookie
        self.assertEqual(other_tab.whoami()["node"], second)

    def test_parallel_writes_at_the_death_all_stay(self):
        browser = self.logged_in()
        self.kill(browser.node)

        def tab(item):
            one = Browser(self.farm)
            one.cookie = browser.cookie
            return one.post(f"/share/api/cart?item={item}"), one.cookie

        items = ["apple", "bread", "cheese", "honey", "tea"]
        answers = in_parallel([lambda item=item: tab(item) for item in items])
        self.assertTrue(all(answer.status < 400 for answer, _ in answers))
        self.assertEqual(len({cookie.split(".")[1] for _, cookie in answers}), 1)
        browser.cookie = answers[0][1]
        cart = str(browser.whoami()["cart"])
        self.assertEqual([item for item in items if item not in cart], [])

    def test_session_in_the_url_survives(self):
        browser = Browser(self.farm, cookies=False)
        location = browser.post("/share/login", "user=alice&password=wonderland").location
        suffix = location[location.index(";jsessionid="):].split("?")[0]
        answer = browser.get(f"/share/api/whoami{suffix}")
        self.assertEqual(answer.json()["user"], "alice")
        self.kill(answer.json()["node"])
        self.assertEqual(browser.get(f"/share/api/whoami{suffix}").json()["user"], "alice")

    def test_static_file_with_a_cookie_sets_none(self):
        browser = self.logged_in()
        before = browser.cookie
        answer = browser.get("/share/css/style.css")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.set_cookies, [])
        self.assertEqual(browser.cookie, before)


if __name__ == "__main__":
    unittest.main()
