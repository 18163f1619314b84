"""A Tomcat dies: whose session moves, where to, and what is in it there."""

import http.client
import threading
import time

from browser import Answer, Tab
from stage import in_parallel


def user_stays_logged_in(stage):
    """kill -9; then each user's next click."""
    users = stage.log_in(6)
    yield "kill", "node1"
    in_parallel([lambda user=user: stage.read(user, moved_from="node1", within=1.0) for user in users])
    for user in users:
        second = stage.read(user)
        if second.json().get("node") != user.node:
            stage.tally.fault("two nodes serve a session")
    stage.settle()


def post_is_the_first_request(stage):
    """kill -9; then each user's next request is a POST."""
    users = stage.log_in(6)
    yield "kill", "node1"
    in_parallel([lambda user=user: stage.write(user, within=1.0) for user in users])
    stage.settle()


def five_tabs_write_at_once(stage):
    """kill -9; then five tabs of each user write at the same time, with the old cookie."""
    users = stage.log_in(4)
    yield "kill", "node1"
    for user in users:
        tabs = [user.other() for _ in range(5)]
        in_parallel([lambda tab=tab, item=item: stage.write(tab, f"item{item}") for item, tab in enumerate(tabs)])
        if len({tab.node for tab in tabs}) > 1:
            stage.tally.fault("two nodes serve a session", {tab.node for tab in tabs})
        user.cookie = tabs[0].cookie
    stage.settle()


def five_tabs_write_one_after_the_other(stage):
    """kill -9; then tabs with the old cookie write in turn: none has seen the new cookie."""
    users = stage.log_in(4)
    yield "kill", "node1"
    for user in users:
        nodes = {stage.write(user.other(), f"item{item}").json().get("node") for item in range(5)}
        if len(nodes) > 1:
            stage.tally.fault("two nodes serve a session", nodes)
        stage.read(user)
    stage.settle()


def answer_with_the_new_cookie_is_lost(stage):
    """kill -9; the client never learns its new cookie, reads and writes all the same."""
    users = stage.log_in(4)
    yield "kill", "node1"
    for user in users:
        user.follows = False
        for item in range(4):
            stage.write(user, f"item{item}")
            stage.read(user)
    stage.settle()


def head_options_and_404_take_over(stage):
    """kill -9; the first request is a HEAD, OPTIONS or a page that does not exist: each carries the new cookie."""
    users = stage.log_in(6)
    yield "kill", "node1"
    wanted = [("HEAD", "/api/whoami", 200), ("OPTIONS", "/api/whoami", 200), ("GET", "/nowhere", 404)] * 2
    for user, (method, path, status) in zip(users, wanted):
        answer = user.request(method, path)
        if answer.status != status:
            stage.tally.fault("error answer", f"{method} {answer}")
        stage.check_cookies(user, answer, moved_from="node1")
        stage.read(user)
    stage.settle()


def log_in_is_the_first_request(stage):
    """kill -9; the first request is a log-in, which takes over and rotates the id: one cookie, with the new stem."""
    users = stage.log_in(4)
    yield "kill", "node1"
    for user in users:
        old = user.stem
        answer = user.post("/login", "user=bob&password=builder")
        if answer.status != 303 or len(answer.ids()) != 1 or user.stem == old or user.node == "node1":
            stage.tally.fault("log-in failed", f"{answer} {answer.ids()}")
        found = stage.read(user).json()
        if found.get("user") != "bob" or found.get("node") != user.node:
            stage.tally.fault("logged out", found)
    stage.settle()


def first_request_is_slow(stage):
    """kill -9; a user's first request takes long: that user's others wait for it, other users do not."""
    slow, *others = stage.log_in(4)
    tab = slow.other()
    yield "kill", "node1"
    calls = [lambda: stage.write(slow, "slow", milliseconds=1500)]
    calls += [lambda: stage.write(tab, "quick")]
    calls += [lambda user=user: stage.read(user, within=1.0) for user in others]
    in_parallel(calls)
    stage.settle()


def session_in_the_url(stage):
    """A browser without cookies: the id is in its links."""
    visitor = Tab(stage.proxy.port)
    visitor.follows = False
    node, suffix = "", ""
    for _ in range(40):  # until the balancer puts one on node1
        visitor.cookie = None
        location = visitor.post("/login", "user=alice&password=wonderland").fields["Location"]
        suffix = location[location.index(";jsessionid="):].partition("?")[0]
        node = suffix.rpartition(".")[2]
        if node == "node1":
            break
    visitor.post(f"/api/cart{suffix}?item=pear")
    yield "kill", "node1"
    for _ in range(4):
        answer = visitor.get(f"/api/whoami{suffix}")
        found = answer.json()
        if answer.status != 200:
            stage.tally.fault("error answer", answer)
        elif found.get("user") != "alice" or found.get("cart") != {"pear": 1}:
            stage.tally.fault("logged out", found)


def one_connection_carries_many_sessions(stage):
    """Another proxy in front: one kept connection, users of a dead and of living nodes in turn."""
    users = stage.log_in(4) + stage.log_in(2, "node2") + stage.log_in(2, "node3")
    yield "kill", "node1"
    line = http.client.HTTPConnection("127.0.0.1", stage.proxy.port, timeout=30)
    for _ in range(2):
        for user in users[::2] + users[1::2]:
            stage.read(user, connection=line)
    line.close()
    for user in users[4:]:
        if user.node == "node1":
            stage.tally.fault("moved without need", user.node)
    stage.settle()


def uploads_are_cut(stage):
    """kill -9 under uploads: their clients get an answer at once, and their sessions move."""
    users = stage.log_in(4)
    answers = []
    begun = [threading.Event() for _ in users]

    def body_of(index):
        def blocks():
            for count in range(400):
                if count == 20:
                    begun[index].set()
                yield b"x" * 16384
                begun[index].wait(0.005)
                threading.Event().wait(0.005)
        return blocks()

    def upload(index, user):
        answers.append(upload_slowly(user, body_of(index)))

    threads = [threading.Thread(target=upload, args=pair) for pair in enumerate(users)]
    for thread in threads:
        thread.start()
    for event in begun:
        event.wait(20)
    yield "kill", "node1"
    for thread in threads:
        thread.join(30)
    for answer in answers:
        if answer.status == 200:
            stage.tally.fault("answered, not run", "an upload to a dead node got 200")
        stage.check_time(answer, 10)
    for user in users:
        stage.read(user, moved_from="node1")
    stage.settle()


def upload_slowly(user, blocks):
    """A chunked POST; what answer it got, early or not."""
    answer, began = Answer(), time.monotonic()
    line = http.client.HTTPConnection("127.0.0.1", user.port, timeout=30)
    line.putrequest("POST", "/share/api/upload", skip_accept_encoding=True)
    line.putheader("Cookie", f"JSESSIONID={user.cookie}")
    line.putheader("Content-Type", "application/octet-stream")
    line.putheader("Transfer-Encoding", "chunked")
    line.endheaders()
    try:
        for block in blocks:
            line.send(b"%x\r\n%s\r\n" % (len(block), block))
        line.send(b"0\r\n\r\n")
    except OSError as error:
        answer.error = type(error).__name__
    try:
        answer.read(line.getresponse())
    except (OSError, http.client.HTTPException) as error:
        answer.error = type(error).__name__
    line.close()
    answer.seconds = time.monotonic() - began
    return answer


def download_is_cut(stage):
    """kill -9 in the middle of an answer: the client must see that it is cut off (and the session moves)."""
    (user,) = stage.log_in(1)
    line = http.client.HTTPConnection("127.0.0.1", stage.proxy.port, timeout=30)
    line.request("GET", "/share/api/download?bytes=400000000&chunked=true", headers={"Cookie": f"JSESSIONID={user.cookie}"})
    response = line.getresponse()
    response.read(100000)
    yield "kill", "node1"
    try:
        while response.read(1 << 20):
            pass
        stage.tally.fault("truncated answer looks whole")
    except (OSError, http.client.HTTPException):
        pass
    line.close()
    stage.read(user, moved_from="node1")
    stage.settle()
