"""docker-compose.yml for real: nodes that are killed, cut off and frozen, and users who notice nothing."""

import concurrent.futures
import ipaddress
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
import zipfile

from browser import Browser
from guide import Guide

NODES = ["node1", "node2", "node3"]
SERVICES = ["proxy", *NODES, "n1", "n2"]
LOGS = pathlib.Path(__file__).resolve().parents[2] / "build" / "compose-logs"
PROJECT = f"compose-test-{os.getpid()}"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def docker(*words):
    return subprocess.run(["docker", *words], check=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120).stdout


def inspect(service):
    return json.loads(docker("inspect", f"{PROJECT}-{service}"))[0]


def address_of(service):
    return ipaddress.ip_address(inspect(service)["NetworkSettings"]["Networks"][PROJECT]["IPAddress"])


def inside(service, script):
    return docker("exec", f"{PROJECT}-{service}", "bash", "-c", script).strip()


def await_true(what, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def await_healthy(service):
    await_true(f"{service} healthy",
               lambda: inspect(service)["State"]["Health"]["Status"] == "healthy")


def keep_logs():
    LOGS.mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        with open(LOGS / f"{service}.log", "w") as log:
            subprocess.run(["docker", "logs", "-t", f"{PROJECT}-{service}"], stdout=log,
                           stderr=subprocess.STDOUT, timeout=60)


class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.port, cls.status_port = free_port(), free_port()
        cls.guide = Guide(cls.folder.name, cls.port, cls.status_port, PROJECT)
        cls.addClassCleanup(cls.guide.shell, cls.guide.translate("docker compose down -v"))
        try:
            cls.build()
            cls.guide.run("Start")
            assert '"user":"alice"' in cls.guide.run("Log in")
        except BaseException:
            keep_logs()
            raise

    @classmethod
    def build(cls):
        """`up` would take images that are there, however old. Unpacking beside compiling saves time."""
        scripts = [cls.guide.translate(f"docker compose build {names}") for names in ("jkproxy", "n1 node1")]
        with concurrent.futures.ThreadPoolExecutor(len(scripts)) as pool:
            list(pool.map(cls.guide.shell, scripts))

    @classmethod
    def tearDownClass(cls):
        keep_logs()
        cls.guide.run("End")
        left = docker("ps", "-aq", "--filter", f"name={PROJECT}").split()
        assert not left, f"`down` leaves {left}"
        if sys.argv[1:] == ["compose_test"]:  # all tests were run
            assert not cls.guide.never_run(), f"not run: {cls.guide.never_run()}"

    def setUp(self):
        self.await_all_ok()

    @classmethod
    def workers(cls):
        url = f"http://127.0.0.1:{cls.status_port}/status.json"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            return json.load(opener.open(url, timeout=5))["workers"]
        except OSError:
            return []

    def states(self):
        return {worker["name"]: worker["state"] for worker in self.workers()}

    def await_all_ok(self):
        await_true("all workers OK", lambda: list(self.states().values()) == ["OK"] * 3)

    def logged_in(self):
        browser = Browser(self.port)
        browser.log_in()
        browser.post("/share/api/cart?item=sencha")
        return browser

    def still_there(self, browser, first):
        """One click: logged in, cart intact, one Set-Cookie, the same session on another node."""
        stem = browser.stem
        answer = browser.get("/share/api/whoami")
        self.assertEqual(answer.status, 200)
        facts = answer.json()
        self.assertEqual((facts["user"], facts["cart"], facts["new"]), ("alice", {"sencha": 1}, False))
        self.assertEqual([line.split("=")[0] for line in answer.set_cookies], ["JSESSIONID"])
        self.assertEqual(browser.stem, stem)
        self.assertNotEqual(browser.node, first)
        self.assertEqual(facts["node"], browser.node)

    def stays(self, browser, node):
        answer = browser.get("/share/api/whoami")
        self.assertEqual((answer.json()["node"], answer.json()["user"]), (node, "alice"))
        self.assertEqual(answer.set_cookies, [])

    def test_killed_node_comes_back_and_the_session_stays_where_it_went(self):
        browser = self.logged_in()
        first = browser.node
        shown = self.guide.run("Kill the node", node=first)
        self.assertIn('"user":"alice"', shown)
        self.still_there(browser, first)
        self.assertFalse(inspect(first)["State"]["Running"], "docker kill is final")
        second = browser.node
        self.guide.run("Kill the node", node=first, block=1)
        await_true(f"{first} OK", lambda: self.states().get(first) == "OK")
        await_healthy(first)
        self.stays(browser, second)

    def test_node_cut_off_the_network_is_found_again_by_its_name(self):
        browser = self.logged_in()
        first = browser.node
        self.assertIn('"user":"alice"', self.guide.run("Take it off the network", node=first))
        self.still_there(browser, first)
        await_true(f"{first} in error", lambda: self.states()[first] == "ERR")
        self.guide.run("Take it off the network", node=first, block=1)
        second = browser.node
        await_true(f"{first} OK", lambda: self.states()[first] == "OK")
        self.stays(browser, second)

    def test_frozen_node_loses_its_sessions_only_for_now(self):
        browser = self.logged_in()
        first = browser.node
        docker("pause", f"{PROJECT}-{first}")
        began = time.monotonic()
        self.still_there(browser, first)
        self.assertLess(time.monotonic() - began, 10)
        docker("unpause", f"{PROJECT}-{first}")
        await_true(f"{first} OK", lambda: self.states()[first] == "OK")
        self.stays(browser, browser.node)
        self.assertIn('"user":"alice"', self.guide.run("Freeze it", node=browser.node))

    def test_node_whose_address_another_one_took_is_not_mistaken_for_it(self):
        low, high = sorted(["node1", "node2"], key=address_of)
        taken = address_of(low)
        docker("kill", f"{PROJECT}-{low}", f"{PROJECT}-{high}")
        await_true("both in error", lambda: self.states() == {low: "ERR", high: "ERR", "node3": "OK"})
        docker("start", f"{PROJECT}-{high}")
        self.assertEqual(address_of(high), taken)
        await_true(f"{high} OK", lambda: self.states()[high] == "OK")
        await_true(f"{low} in error", lambda: self.states()[low] == "ERR", seconds=10)
        docker("start", f"{PROJECT}-{low}")
        self.await_all_ok()
        # A name whose old address is answered by another node is looked up again after 30 s.
        await_true("new sessions on every node", lambda: self.nodes_of_new_sessions() == set(NODES))

    def nodes_of_new_sessions(self):
        browsers = [Browser(self.port) for _ in range(12)]
        for browser in browsers:
            self.assertEqual(browser.whoami()["node"], browser.node)
            self.assertEqual(browser.whoami()["node"], browser.node)
        return {browser.node for browser in browsers}

    def test_session_outlives_one_memcached(self):
        browser = self.logged_in()
        node, stem = browser.node, browser.stem
        # The tests before this one restart Tomcats: a session that nobody asked for since is in its memcached only.
        self.assertIn('"user":"alice"', self.guide.click())
        self.assertIn('"user":"alice"', self.guide.run("Kill a memcached"))
        facts = browser.get("/share/api/whoami").json()  # with a new cookie, if it was stored in n1
        self.assertEqual((facts["user"], facts["node"], facts["cart"]), ("alice", node, {"sencha": 1}))
        self.assertEqual((browser.node, browser.stem), (node, stem))
        await_healthy("n1")

    def test_containers_run_without_root_capabilities_and_a_writable_file_system(self):
        for service in SERVICES:
            with self.subTest(service):
                status = inside(service, "cat /proc/1/status")
                self.assertNotIn("0", re.search(r"^Uid:\s(.*)$", status, re.MULTILINE)[1].split())
                self.assertEqual(re.findall(r"^Cap(?:Prm|Eff|Bnd):\s(\w+)$", status, re.MULTILINE),
                                 ["0" * 16] * 3)
                self.assertIn("NoNewPrivs:\t1", status)
                self.assertIn("Read-only", inside(service, "touch /usr/x 2>&1 || true"))
                facts = inspect(service)
                host = facts["HostConfig"]
                self.assertTrue(host["Init"])
                self.assertGreater(host["Memory"], 0)
                self.assertEqual(host["RestartPolicy"]["Name"], "unless-stopped")
                self.assertEqual(host["LogConfig"]["Config"], {"max-file": "3", "max-size": "10m"})
                await_healthy(service)

    def test_images_hold_no_tools_to_build_with(self):
        base = json.loads(docker("image", "inspect", self.base_image()))[0]["Size"]
        for image, most in [("jkproxy", 20), ("jkproxy-demo-memcached", 20), ("jkproxy-demo-tomcat", 320)]:
            size = json.loads(docker("image", "inspect", image))[0]["Size"]
            self.assertLess((size - base) >> 20, most, f"{image}: MiB beside its base")

    @staticmethod
    def base_image():
        return os.environ.get("DEBIAN_IMAGE", "debian:12-slim")

    def test_logs_say_why_a_request_went_where_it_went(self):
        node = self.logged_in().node
        await_true("an access line on standard output", lambda: re.search(
            rf'POST /share/api/cart\?item=sencha.* worker={node} .*decision=own_worker session=kept',
            docker("logs", f"{PROJECT}-proxy")), seconds=5)
        await_true("Tomcat's line on standard output", lambda: re.search(
            rf'POST /share/api/cart\?item=sencha.* 200 .*cookie=JSESSIONID=\w+-n[12]\.{node}',
            docker("logs", f"{PROJECT}-{node}")), seconds=5)

    def test_commands_that_the_page_tells_do_what_they_say(self):
        browser = self.logged_in()
        first = browser.node
        page = re.sub(r"<[^>]+>", "", browser.get("/share/home").body.decode())
        kill, start = re.findall(r"docker (kill|start) (\S+)", page)
        self.assertEqual((kill, start), (("kill", f"{PROJECT}-{first}"), ("start", f"{PROJECT}-{first}")))
        docker(*kill)
        self.still_there(browser, first)
        docker(*start)

    def test_image_alone(self):
        self.guide.run("The image alone")
        self.assertRegex(docker("run", "--rm", "jkproxy", "-V"), r"^jkproxy \d+\.\d+\.\d+\n")

    def test_pages_show_the_farm(self):
        farm = self.logged_in().get("/share/api/farm").json()["farm"]
        self.assertEqual([worker["name"] for worker in farm["workers"]], NODES)

    def test_stop_finishes_what_is_under_way(self):
        browser = self.logged_in()
        slow = []
        click = threading.Thread(
            target=lambda: slow.append(browser.get("/share/api/slow?ms=3000").status))
        click.start()
        await_true("the request under way", lambda: sum(worker["busy"] for worker in self.workers()) == 1, seconds=3)
        began = time.monotonic()
        self.guide.run("Stop")
        took = time.monotonic() - began
        click.join()
        self.assertEqual(slow, [200])
        self.assertLess(took, 15)
        self.assertEqual(inspect("proxy")["State"]["ExitCode"], 0)
        self.assertIn("[info] stopped", docker("logs", "--tail", "2", f"{PROJECT}-proxy"))
        self.guide.run("Stop", block=1)
        self.await_all_ok()
        self.stays(browser, browser.node)

    def test_own_war_is_served_beside_the_demo(self):
        page = '<%@ page session="true" %><%= session.getId() %>'
        with zipfile.ZipFile(pathlib.Path(self.folder.name, "shop.war"), "w") as war:
            war.writestr("index.jsp", page)
        self.guide.run("Your own war")
        self.await_all_ok()
        self.assertRegex(self.guide.run("Your own war", block=1), r"^\w+-n[12]\.node[123]")
