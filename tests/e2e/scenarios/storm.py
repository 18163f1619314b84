"""Many users with many tabs, at the very moment of kill -9."""

import threading
import time

from stage import Background, in_parallel

USERS, TABS = 20, 6


class Person:
    """A user whose tabs share one cookie, as those of a browser do."""

    def __init__(self, stage, user):
        self.stage, self.user = stage, user

    def read(self):
        self._click(lambda tab: self.stage.read(tab, timeout=15))

    def write(self):
        self._click(lambda tab: self.stage.write(tab, may_fail=True, timeout=15))

    def _click(self, send):
        tab = self.user.other()
        answer = send(tab)
        with self.user.book.lock:
            if answer.ids():
                self.user.cookie = tab.cookie


def storm(stage, click, users=USERS, tabs=TABS):
    """Clicks of all tabs of all users before, at and after the death."""
    people = [Person(stage, user) for user in stage.log_in(users)]
    load = Background([lambda person=person: click(person) for person in people for _ in range(tabs)])
    time.sleep(0.5)
    yield "kill", "node1"
    time.sleep(1.5)
    load.stop()
    stage.settle()


def write_and_read(person):
    person.write()
    person.read()


def storm_of_readers(stage):
    """20 users x 6 tabs read at the moment of kill -9."""
    yield from storm(stage, Person.read)


def storm_of_writers(stage):
    """20 users x 6 tabs read and write at the moment of kill -9."""
    yield from storm(stage, write_and_read)


def storm_of_posts(stage):
    """20 users x 6 tabs do nothing but POST at the moment of kill -9."""
    yield from storm(stage, Person.write)


def small_storm(stage):
    """5 users x 4 tabs read and write at the moment of kill -9."""
    yield from storm(stage, write_and_read, users=5, tabs=4)


def last_write_before_the_death(stage):
    """10 users, each with a read and a write in one packet over and over, at the moment of kill -9."""
    users = stage.log_in(10)
    load = Background([user.read_and_write for user in users])
    time.sleep(0.3)
    yield "kill", "node1"
    time.sleep(0.5)
    load.stop()
    stage.settle()


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
