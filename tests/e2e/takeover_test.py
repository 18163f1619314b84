"""A Tomcat dies, and its sessions are taken over (rules M8, M9, M11, M14, M16 and N6 of memcached-session-manager)."""

import unittest

from case import Case, long_only
from proxies import Jkproxy
from scenarios import restart, takeover
from stage import in_parallel


class Takeover(Case):
    def test_user_stays_logged_in(self):
        self.play(takeover.user_stays_logged_in)

    def test_post_as_the_first_request_runs_once(self):
        self.play(takeover.post_is_the_first_request)

    def test_parallel_first_writes_all_stay(self):
        self.play(takeover.five_tabs_write_at_once)

    @long_only
    def test_parallel_first_writes_all_stay_ten_times(self):
        self.play(takeover.five_tabs_write_at_once, times=10)

    def test_tabs_that_never_saw_the_new_cookie_meet_on_one_node(self):
        self.play(takeover.five_tabs_write_one_after_the_other)

    def test_client_that_never_learns_its_new_cookie_is_followed(self):
        self.play(takeover.answer_with_the_new_cookie_is_lost)

    def test_head_options_and_missing_pages_carry_the_new_cookie(self):
        self.play(takeover.head_options_and_404_take_over)

    def test_log_in_inside_the_takeover_sets_one_cookie(self):
        self.play(takeover.log_in_is_the_first_request)

    def test_slow_first_request_delays_its_own_session_only(self):
        self.play(takeover.first_request_is_slow)

    def test_session_in_the_url_moves(self):
        self.play(takeover.session_in_the_url)

    def test_one_connection_carries_many_sessions(self):
        self.play(takeover.one_connection_carries_many_sessions)

    def test_uploads_to_a_dying_node_end_and_their_sessions_move(self):
        self.play(takeover.uploads_are_cut)

    def test_truncated_answer_looks_truncated(self):
        self.play(takeover.download_is_cut)

    def test_two_failovers_in_a_row(self):
        self.play(restart.two_failovers_in_a_row)

    def test_fallback_dies_after_the_first_came_back_empty(self):
        self.play(restart.fallback_dies_after_the_first_came_back_empty)

    def test_request_never_reaches_a_third_node(self):
        self.play(restart.fallback_dies_inside_the_takeover)


class TwoProxies(Case):
    """Two jkproxy side by side that know nothing of each other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = Jkproxy(cls.farm, "jkproxy2", 17, 18).start()

    @classmethod
    def tearDownClass(cls):
        cls.second.end()

    def alternate(self, stage):
        users = stage.log_in(4)
        yield "kill", "node1"
        for user in users:
            for turn in range(6):
                user.port = (self.proxy, self.second)[turn % 2].port
                stage.write(user, f"turn{turn}")
                stage.read(user)
            user.port = self.proxy.port
        stage.settle()

    def old_cookie_at_both(self, stage):
        users = stage.log_in(6)
        yield "kill", "node1"
        for user in users:
            tabs = [user.other() for _ in range(4)]
            for tab, proxy in zip(tabs, (self.proxy, self.second) * 2):
                tab.port = proxy.port
                stage.write(tab)
            if len({tab.node for tab in tabs}) > 1:
                stage.tally.fault("two nodes serve a session", {tab.node for tab in tabs})
            user.cookie = tabs[0].cookie
        in_parallel([lambda user=user: stage.read(user) for user in users])
        stage.settle()

    def test_alternating_requests_follow_the_session(self):
        self.play(self.alternate)

    def test_both_choose_the_same_fallback(self):
        self.play(self.old_cookie_at_both)


if __name__ == "__main__":
    unittest.main()
