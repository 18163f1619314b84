"""A Tomcat stands still (SIGSTOP, a long collection of garbage), or is merely slow."""

import threading

from farm import await_true
from stage import in_parallel


def frozen_node_is_found(stage):
    """SIGSTOP under reads and writes: waiting reads are answered by another node; the user goes on working there; it thaws:
    its old copy is never seen, not by tabs with the old cookie either."""
    users = stage.log_in(4)
    old_tabs = [user.other() for user in users]
    late_tabs = [user.other() for user in users]
    yield "freeze", "node1"
    in_parallel([lambda user=user: stage.read(user, within=8.0, timeout=10) for user in users])
    in_parallel([lambda user=user: stage.write(user, "while", within=8.0, timeout=10) for user in users])
    yield "thaw", "node1"
    in_parallel([lambda tab=tab: stage.read(tab) for tab in old_tabs])
    stage.proxy.await_nodes(["node1"])
    in_parallel([lambda tab=tab: stage.read(tab) for tab in late_tabs])
    for user in users:
        stage.write(user, "after")
        stage.read(user)
    for tab in old_tabs:
        stage.read(tab)
    stage.settle()


def post_waits_for_a_frozen_node(stage):
    """SIGSTOP with POSTs on their way, thawed after four seconds: none of them runs twice, none is lost if answered."""
    users = stage.log_in(4)
    answers, before = [], len(stage.farm.executions())

    def post(user):
        answers.append(stage.write(user.other(), "slow", milliseconds=700, may_fail=True))

    threads = [threading.Thread(target=post, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    await_true(lambda: len(stage.farm.executions()) >= before + len(users), 10, "the POSTs run")
    yield "freeze", "node1"
    threading.Event().wait(4)
    yield "thaw", "node1"
    for thread in threads:
        thread.join()
    stage.settle()


def pause_is_no_death(stage):
    """SIGSTOP for a moment, shorter than the check allows: nobody moves, nothing is lost."""
    users = stage.log_in(4)
    yield "freeze", "node1"
    answers = []
    threads = [threading.Thread(target=lambda user=user: answers.append(stage.read(user, timeout=15))) for user in users]
    for thread in threads:
        thread.start()
    threading.Event().wait(0.8)
    yield "thaw", "node1"
    for thread in threads:
        thread.join()
    for user in users:
        stage.write(user)
        if user.node != "node1":
            stage.tally.fault("moved without need", user.node)
    stage.settle()


def slow_answer_moves_nobody(stage):
    """A request takes three seconds, others of the session go on: all of them on the session's node."""
    users = stage.log_in(3)
    slow = [threading.Thread(target=lambda user=user: stage.write(user.other(), "slow", milliseconds=3000)) for user in users]
    for thread in slow:
        thread.start()
    for _ in range(5):
        for user in users:
            found = stage.read(user, within=1.0).json()
            if found.get("node") != "node1":
                stage.tally.fault("two nodes serve a session", found.get("node"))
    for thread in slow:
        thread.join()
    stage.settle()
    return
    yield
