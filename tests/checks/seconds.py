"""Runs unittest tests as `python3 -m unittest -v` does, and says at the end how long each took."""

import sys
import time
import unittest


class Timed(unittest.TextTestResult):
    def startTestRun(self):
        super().startTestRun()
        self.began, self.seconds = time.monotonic(), {}

    def startTest(self, test):
        self.test_began = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        super().stopTest(test)
        self.seconds[test.id().removeprefix("__main__.")] = time.monotonic() - self.test_began

    def stopTestRun(self):
        super().stopTestRun()
        beside = time.monotonic() - self.began - sum(self.seconds.values())
        self.stream.writeln("\nseconds")
        for name, seconds in sorted([*self.seconds.items(), ("(beside the tests)", beside)], key=lambda item: -item[1]):
            if seconds >= 0.5:
                self.stream.writeln(f"{seconds:7.1f}  {name}")


def main(module=None):
    unittest.main(module, argv=sys.argv, testRunner=unittest.TextTestRunner(resultclass=Timed, verbosity=2))


if __name__ == "__main__":
    main()
