"""Many users with many tabs, at the very moment of kill -9."""

import threading
import time

from stage import Background, in_parallel

USERS, TABS = 20, 6


def storm(stage, click, users=USERS, tabs=TABS):
    """Clicks of all tabs of all users before, at and after the death. Tabs share their user's cookie as a browser does."""
    people = stage.log_in(users)
    lock = threading.Lock()

    def loop(user):
        tab = user.other(user.cookie)
        click(stage, tab)
        with lock:
            if tab.cookie != user.cookie:
                user.cookie = tab.cookie

    load = Background([lambda user=user: loop(user) for user in people for _ in range(tabs)])
    time.sleep(0.5)
    yield "kill", "node1"
    time.sleep(1.5)
    load.stop()
    stage.settle()


def read_once(stage, tab):
    stage.read(tab, timeout=15)


def write_once(stage, tab):
    stage.write(tab, may_fail=True, timeout=15)
    stage.read(tab, timeout=15)


def post_once(stage, tab):
    stage.write(tab, may_fail=True, timeout=15)


def storm_of_readers(stage):
    """20 users x 6 tabs read at the moment of kill -9."""
    yield from storm(stage, read_once)


def storm_of_writers(stage):
    """20 users x 6 tabs read and write at the moment of kill -9."""
    yield from storm(stage, write_once)


def storm_of_posts(stage):
    """20 users x 6 tabs do nothing but POST at the moment of kill -9."""
    yield from storm(stage, post_once)


def small_storm(stage):
    """5 users x 4 tabs read and write at the moment of kill -9."""
    yield from storm(stage, write_once, users=5, tabs=4)


def posts_in_flight(stage):
    """kill -9 with a slow POST of each user under way: it fails, and must not run a second time anywhere."""
    users = stage.log_in(4)
    before = len(stage.farm.executions())
    posts = [threading.Thread(target=lambda user=user: stage.write(user, "x", milliseconds=3000, may_fail=True)) for user in users]
    for post in posts:
        post.start()
    while len(stage.farm.executions()) < before + len(users):
        time.sleep(0.02)
    yield "kill", "node1"
    for post in posts:
        post.join()
    in_parallel([lambda user=user: stage.read(user, moved_from=None) for user in users])
    stage.settle()
