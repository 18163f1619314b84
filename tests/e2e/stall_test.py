"""Nodes that stand still or are slow, and a jkproxy that stands still itself (rule N2)."""

import time
import unittest

from case import Case, long_only
from browser import Tab
from proxies import Jkproxy
from scenarios import stall
from stage import in_parallel


class Stall(Case):
    def test_frozen_node_is_found_and_its_old_copy_never_seen(self):
        self.play(stall.frozen_node_is_found)

    def test_posts_to_a_frozen_node_run_once(self):
        self.play(stall.post_waits_for_a_frozen_node)

    def test_short_pause_moves_nobody(self):
        self.play(stall.pause_is_no_death)

    def test_slow_answer_moves_nobody(self):
        self.play(stall.slow_answer_moves_nobody)

    def test_frozen_jkproxy_declares_nobody_dead(self):
        users = in_parallel([lambda node=node: Tab(self.proxy.port).log_in(node) for node in self.farm_nodes()])
        before = len(self.proxy.log())
        self.proxy.freeze()
        time.sleep(5)
        self.proxy.thaw()
        for user, node in zip(users, self.farm_nodes()):
            answer = user.get()
            self.assertEqual((answer.status, answer.json()["node"], user.node), (200, node, node), str(answer))
        time.sleep(2.5)  # two checks more
        self.assertEqual(set(self.states().values()) - {"OK", "OK/IDLE"}, set())
        self.assertNotIn("error", self.proxy.log()[before:].replace("[error]", ""))

    def test_read_timeout_is_504_and_moves_nobody(self):
        impatient = Jkproxy(self.farm, "impatient", 17, 18, **{"response_timeout: 60s": "response_timeout: 1s"}).start()
        self.addCleanup(impatient.end)
        user = Tab(impatient.port).log_in("node2")
        answer = user.write("slow", milliseconds=2500)
        self.assertEqual((answer.status, answer.set_cookies), (504, []), str(answer))
        self.assertEqual(user.get("/api/slow?ms=2500").status, 504)
        self.assertEqual(user.get().json()["node"], "node2")
        self.assertEqual(user.node, "node2")
        self.assertEqual([self.farm.executions()[key] for key, answered in user.book.keys if not answered], [["node2"]])
        self.assertEqual(impatient.workers()["node2"][:2], "OK")

    @long_only
    def test_frozen_node_five_times(self):
        self.play(stall.frozen_node_is_found, times=5)

    @staticmethod
    def farm_nodes():
        return ("node1", "node2", "node3")


if __name__ == "__main__":
    unittest.main()
