"""What the tests have in common: one farm and one jkproxy for all of them."""

import os
import unittest

from farm import NODES, Farm
from proxies import Jkproxy
from stage import make_ready, play

LONG = bool(os.environ.get("JKPROXY_E2E_LONG"))
long_only = unittest.skipUnless(LONG, "only with --long")


class Case(unittest.TestCase):
    farm = None
    proxy = None

    @classmethod
    def setUpClass(cls):
        Case.farm = Farm.running()
        Case.proxy = Case.proxy or Jkproxy(Case.farm).start()

    def setUp(self):
        make_ready(self.farm, [self.proxy])

    def play(self, scenario, times=1, proxy=None):
        """It must end without a single fault, each time."""
        proxy = proxy or self.proxy
        for turn in range(times):
            make_ready(self.farm, [proxy])
            log_before, access_before = len(proxy.log()), len(proxy.access_log())
            tally = play(scenario, self.farm, [proxy])[proxy.name]
            if tally.faults:
                log = proxy.log()[log_before:]
                lines = proxy.access_log()[access_before:]
                self.fail(f"turn {turn + 1}: {tally}\n{log[-3000:]}\n" + "\n".join(lines[-30:]))
            self.last_tally = tally

    def states(self):
        return {node: self.proxy.workers()[node] for node in NODES}
