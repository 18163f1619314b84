"""Without any proxy: what a Tomcat has answered is in memcached. All the others stand on this ground."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from browser import Tab
from case import LONG, Case
from farm import ROOT
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

    def test_valve_is_compiled_as_the_documentation_says(self):
        """The commands of docs/tomcat.md."""
        page, heading = ROOT / "docs" / "tomcat.md", "An answered change is a stored change"
        commands = subprocess.check_output([sys.executable, ROOT / "tests" / "docs" / "commands.py", "show", page, heading], text=True)
        with tempfile.TemporaryDirectory() as folder:
            lib = pathlib.Path(folder) / "lib"
            shutil.copytree(pathlib.Path(self.farm.facts["TOMCAT"]) / "lib", lib)
            (lib / "jkproxy-tomcat.jar").unlink()
            (pathlib.Path(folder) / "demo").symlink_to(ROOT / "demo")
            path = self.farm.facts["JAVA_HOME"] + "/bin:" + os.environ["PATH"]
            subprocess.run(["sh", "-ec", commands], cwd=folder, check=True, env=dict(os.environ, CATALINA_HOME=folder, PATH=path))
            self.assertTrue((lib / "jkproxy-tomcat.jar").is_file())


if __name__ == "__main__":
    unittest.main()
