"""Nodes, memcached and jkproxy itself stop and come back (rules M10 and N3)."""

import unittest

from case import Case, long_only
from farm import NODES
from proxies import Jkproxy
from scenarios import restart


class Restart(Case):
    def test_session_stays_where_it_moved_when_the_node_returns(self):
        self.play(restart.node_returns)

    def test_parallel_first_writes_after_an_unnoticed_restart_all_stay(self):
        self.play(restart.unnoticed_restart)

    def test_graceful_stop_fails_no_get(self):
        self.play(restart.graceful_stop_under_gets)

    def test_all_nodes_down_and_back(self):
        self.play(restart.all_down_and_back)

    def test_restart_of_jkproxy_while_a_node_is_dead(self):
        self.play(restart.proxy_restarts_while_a_node_is_dead)

    def test_stopped_node_that_lives_loses_its_sessions_and_no_write(self):
        proxy = Jkproxy(self.farm, "draining", 17, 18).start()
        self.addCleanup(proxy.end)
        proxy.await_nodes(NODES)
        self.play(restart.node_is_stopped, proxy=proxy)

    def test_rolling_restart_under_load(self):
        self.play(restart.rolling_restart_under_load)

    def test_memcached_dies_and_returns(self):
        self.play(restart.memcached_dies)

    @long_only
    def test_rolling_restart_under_load_five_times(self):
        self.play(restart.rolling_restart_under_load, times=5)

    @long_only
    def test_graceful_stop_fails_no_get_five_times(self):
        self.play(restart.graceful_stop_under_gets, times=5)


if __name__ == "__main__":
    unittest.main()
