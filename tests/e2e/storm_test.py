"""Many tabs of many users at the moment of kill -9: no session, no answered write is lost, nothing runs twice."""

import unittest

from case import LONG, Case, long_only
from scenarios import storm


class Storm(Case):
    def test_posts_in_flight_at_the_death_run_once(self):
        self.play(storm.posts_in_flight)

    def test_small_storm(self):
        self.play(storm.small_storm)

    def test_last_write_before_a_death(self):
        self.play(storm.last_write_before_the_death, times=30 if LONG else 2)

    @long_only
    def test_storm_of_readers_ten_times(self):
        self.play(storm.storm_of_readers, times=10)

    @long_only
    def test_storm_of_writers_ten_times(self):
        self.play(storm.storm_of_writers, times=10)

    @long_only
    def test_storm_of_posts_ten_times(self):
        self.play(storm.storm_of_posts, times=10)


if __name__ == "__main__":
    unittest.main()
