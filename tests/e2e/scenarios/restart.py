"""Tomcats, memcached and proxies stop and come back."""

import threading
import time

from farm import NODES, await_true
from stage import Background, in_parallel


def node_returns(stage):
    """kill -9, sessions move and are written to, the node returns: they stay, tabs with the old cookie see the new data."""
    users = stage.log_in(4)
    old_tabs = [user.other() for user in users]
    yield "kill", "node1"
    for user in users:
        stage.write(user, "moved")
    seconds = [user.node for user in users]
    yield "start", "node1"
    stage.proxy.await_nodes(["node1"])
    for user, tab, node in zip(users, old_tabs, seconds):
        stage.read(user)
        stage.read(tab)
        stage.write(tab, "old_tab")
        stage.read(user)
        if {user.node, tab.node} != {node}:
            stage.tally.fault("two nodes serve a session", (node, user.node, tab.node))
    stage.settle()


def two_failovers_in_a_row(stage):
    """A dies, B takes over; B dies, C takes over."""
    (user,) = stage.log_in(1)
    old_tab = user.other()
    yield "kill", "node1"
    stage.write(user, "second", within=1.0)
    yield "kill", user.node
    stage.write(user, "third", within=1.0)
    stage.read(user)
    stage.read(old_tab)
    stage.settle()


def fallback_dies_after_the_first_came_back_empty(stage):
    """A dies, B takes over, A restarts empty, B dies."""
    (user,) = stage.log_in(1)
    old_tab = user.other()
    yield "kill", "node1"
    stage.write(user, "second", within=1.0)
    second = user.node
    yield "start", "node1"
    stage.proxy.await_nodes(["node1"])
    yield "kill", second
    stage.write(user, "third", within=1.0)
    stage.read(user)
    stage.read(old_tab)
    stage.settle()


def fallback_dies_inside_the_takeover(stage):
    """A dies; B dies in the middle of the first request there: msm has lost the session. The answer is an error at once,
    without a cookie, and C never sees that request."""
    (user,) = stage.log_in(1)
    answers, before = [], len(stage.farm.executions())
    yield "kill", "node1"
    first = threading.Thread(target=lambda: answers.append(stage.write(user, "x", milliseconds=3000, may_fail=True)))
    first.start()
    await_true(lambda: len(stage.farm.executions()) > before, 10, "the request runs")
    second = list(stage.farm.executions().values())[-1][-1]
    yield "kill", second
    first.join()
    if answers[0].status == 200:
        stage.tally.fault("answered, not run")
    if answers[0].set_cookies:
        stage.tally.fault("cookie on an error", answers[0].set_cookies)
    stage.settle(lost_is_fault=False)


def unnoticed_restart(stage):
    """A node is killed and back before anybody asked; then five tabs of each user write at once, with a valid cookie."""
    users = stage.log_in(4)
    yield "kill", "node1"
    yield "start", "node1"
    stage.proxy.await_nodes(["node1"])
    for user in users:
        tabs = [user.other() for _ in range(5)]
        in_parallel([lambda tab=tab, item=item: stage.write(tab, f"item{item}") for item, tab in enumerate(tabs)])
        user.cookie = tabs[0].cookie
    stage.settle()


def graceful_stop_under_gets(stage):
    """SIGTERM under a stream of GETs and clicks of other users: every GET is answered, everybody is still logged in."""
    users = stage.log_in(6)
    stream = Background([lambda user=user: stage.read(user, timeout=15) for user in users])
    time.sleep(0.3)
    yield "terminate", "node1"
    yield "await_end", "node1"
    time.sleep(1)
    stream.stop()
    stage.settle()


def all_down_and_back(stage):
    """kill -9 of all three: an error at once and no cookie; they come back, and every session is found again."""
    users = stage.log_in(4)
    yield "kill", *NODES
    for _ in range(2):
        for user in users:
            answer = user.get()
            if answer.status not in (502, 503):
                stage.tally.fault("no clear error", answer)
            if answer.set_cookies:
                stage.tally.fault("cookie on an error", answer.set_cookies)
            stage.check_time(answer, 2.0)
    yield "start", *NODES
    stage.proxy.await_nodes(NODES)
    for user in users:
        stage.read(user)
        stage.write(user)
    stage.settle()


def proxy_restarts_while_a_node_is_dead(stage):
    """A dies, its sessions move, the proxy is restarted: it knows nothing, tabs with the old cookie still find the session."""
    users = stage.log_in(4)
    old_tabs = [user.other() for user in users]
    yield "kill", "node1"
    for user in users:
        stage.write(user, "moved")
    stage.proxy.end()
    stage.proxy.start_again()
    for user, tab in zip(users, old_tabs):
        stage.read(tab)
        stage.write(tab, "old_tab")
        stage.read(user)
        if user.node != tab.node:
            stage.tally.fault("two nodes serve a session", (user.node, tab.node))
    stage.settle()


def node_is_stopped(stage):
    """Users read and write all the time; jkproxy gets a new configuration, with a node `stopped` that lives on. All its
    sessions leave between two of their requests, the others stay."""
    users = stage.log_in(6)
    others = stage.log_in(2, "node2")

    def click(user):
        stage.write(user, may_fail=True, timeout=15)
        read = user.get(timeout=15)
        if read.status == 200:
            stage.check(user, read)
        time.sleep(0.02)

    load = Background([lambda user=user: click(user) for user in users + others])
    time.sleep(0.5)
    stage.proxy.restart_with('" }\n  node2', '", activation: stopped }\n  node2')
    time.sleep(1.5)
    load.stop()
    stayed = [user for user in users if user.node == "node1"]
    if stayed:
        stage.tally.fault("session at a stopped node", len(stayed))
    if {user.node for user in others} != {"node2"}:
        stage.tally.fault("moved without need")
    stage.settle()
    yield "restore",


def rolling_restart_under_load(stage):
    """Each node in turn is killed and started, while users read and write all the time."""
    users = [user for node in NODES for user in stage.log_in(2, node)]

    def click(user):
        stage.read(user, timeout=15)
        stage.write(user, may_fail=True, timeout=15)
        time.sleep(0.02)

    load = Background([lambda user=user: click(user) for user in users])
    for node in NODES:
        time.sleep(0.5)
        yield "kill", node
        time.sleep(0.5)
        yield "start", node
        stage.proxy.await_nodes([node])
    load.stop()
    stage.settle()


def memcached_dies(stage):
    """One memcached dies under users who click, and returns: nobody notices; then a Tomcat dies as well."""
    users = stage.log_in(6)
    yield "kill", "n2"
    for _ in range(3):
        for user in users:
            stage.read(user, timeout=15)
            stage.write(user, timeout=15)
        time.sleep(0.6)  # msm looks once a second whether a memcached is there
    yield "start", "n2"
    time.sleep(3)  # each Tomcat connects again within msm.maxReconnectDelay
    for _ in range(2):
        for user in users:
            stage.write(user)
    yield "kill", "node1"
    in_parallel([lambda user=user: stage.read(user, within=1.0, moved_from="node1") for user in users])
    stage.settle()
    # A Tomcat that has not asked n2 since takes it for dead once more, and finds no session there: later scenarios get new ones.
    yield "kill", "node2", "node3"
