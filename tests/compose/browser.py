"""One user of the demo: keeps the session cookie, a fresh connection per request."""

import http.client
import json
import re


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.body = response.read()
        self.set_cookies = response.headers.get_all("Set-Cookie") or []

    def json(self):
        return json.loads(self.body)


class Browser:
    def __init__(self, port):
        self.port = port
        self.cookie = None

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": f"JSESSIONID={self.cookie}"} if self.cookie else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body=body, headers=headers)
        answer = Answer(connection.getresponse())
        connection.close()
        for line in answer.set_cookies:
            found = re.match(r"JSESSIONID=([^;]+)", line)
            self.cookie = found[1] if found else self.cookie
        return answer

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, body=""):
        return self.request("POST", path, body)

    def log_in(self):
        self.get("/share/login")
        answer = self.post("/share/login", "user=alice&password=wonderland")
        assert answer.status == 303, answer.status

    def whoami(self):
        answer = self.get("/share/api/whoami")
        assert answer.status == 200, (answer.status, answer.body[:200])
        return answer.json()

    @property
    def stem(self):
        return self.cookie.split("-")[0]

    @property
    def node(self):
        return self.cookie.split(".", 1)[1]
