"""Without any proxy: what a Tomcat has answered is in memcached. All the others stand on this ground."""

import time
import unittest

from browser import Tab
from case import LONG, Case
from stage import Background, in_parallel


class Store(Case):
    """Straight at node1; node2, which loads the session from memcached, says what is stored."""

    def setUp(self):
        self.farm.restore()

    def new_session(self):
        return Tab(self.farm.port_of("node1")).log_in("node1")

    def missing_in_the_store(self, tab):
        elsewhere = Tab(self.farm.port_of("node2"), tab.cookie)
        return tab.book.missing(elsewhere.get().json().get("cart", {}))

    def test_write_within_the_millisecond_of_a_read(self):
        """msm alone leaves out most of these: it compares milliseconds to learn whether the session was accessed."""
        lost = 0
        for _ in range(100):
            tab = self.new_session()
            self.assertEqual([answer.status for answer in tab.read_and_write()], [200, 200])
            lost += self.missing_in_the_store(tab)
        self.assertEqual(lost, 0)

    def test_parallel_writes_of_one_session(self):
        """msm alone stores an older copy over a newer one now and then."""
        lost = 0
        for _ in range(60):
            tab = self.new_session()
            tabs = [tab.other() for _ in range(4)]
            in_parallel([lambda tab=tab: [tab.write() for _ in range(3)] for tab in tabs])
            lost += self.missing_in_the_store(tab)
        self.assertEqual(lost, 0)

    def test_last_write_before_a_kill(self):
        lost = 0
        for _ in range(30 if LONG else 2):
            self.farm.restore()
            users = in_parallel([self.new_session for _ in range(10)], at_once=4)
            load = Background([user.read_and_write for user in users])
            time.sleep(0.3)
            self.farm.kill("node1")
            load.stop()
            lost += sum(self.missing_in_the_store(user) for user in users)
        self.assertEqual(lost, 0)


if __name__ == "__main__":
    unittest.main()
