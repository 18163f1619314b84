"""A farm of real Tomcats behind jkproxy, by the demo's scripts, and a browser of few words."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "e2e-farm"


class Farm:
    def __init__(self):
        self.run("up", "--detach", "--port", "0", "--base-port", "0")
        lines = (FOLDER / "farm.env").read_text().splitlines()
        self.facts = dict(line.split("=", 1) for line in lines if "=" in line)
        self.port = int(self.facts["PROXY_PORT"])

    def run(self, *words):
        subprocess.run([ROOT / "demo" / "run", *words, "--dir", FOLDER], check=True,
                       stdout=subprocess.DEVNULL, timeout=180)

    def executions(self, key):
        lines = pathlib.Path(self.facts["EXECUTIONS"]).read_text().splitlines()
        return [line.split()[0] for line in lines if line.split()[1:] == [key]]


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.body = response.read()
        self.set_cookies = response.headers.get_all("Set-Cookie") or []
        self.location = response.getheader("Location")

    def json(self):
        return json.loads(self.body)


class Browser:
    """One user: keeps the session cookie, a fresh connection per request."""

    def __init__(self, farm, cookies=True):
        self.farm = farm
        self.cookie = None
        self.cookies = cookies

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.farm.port, timeout=30)
        headers = {}
        if self.cookie:
            headers["Cookie"] = f"JSESSIONID={self.cookie}"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body=body, headers=headers)
        answer = Answer(connection.getresponse())
        connection.close()
        for line in answer.set_cookies:
            found = re.match(r"JSESSIONID=([^;]+)", line)
            if found and self.cookies:
                self.cookie = found[1]
        return answer

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, body=""):
        return self.request("POST", path, body)

    def log_in(self):
        self.get("/share/login")
        answer = self.post("/share/login", "user=alice&password=wonderland")
        assert answer.status == 303, answer.status
        return self.whoami()

    def whoami(self):
        answer = self.get("/share/api/whoami")
        assert answer.status == 200, (answer.status, answer.body[:200])
        return answer.json()

    @property
    def node(self):
        return self.cookie.split(".", 1)[1]


def in_parallel(calls):
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]
