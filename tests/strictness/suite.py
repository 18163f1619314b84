"""Runs all cases against one kind of proxy, on a few proxies side by side."""

import dataclasses
import importlib
import pathlib
import queue
import tempfile
import threading

from judge import faults_of, verdict_of
from origin import Origin
from play import play

THEMES = ("framing", "fields", "request_line", "host", "paths", "chunks", "connection", "forwarded", "versions",
          "pipelining", "desync", "answers", "answer_bodies")


def load_cases(themes=THEMES):
    return [case for name in themes for case in importlib.import_module(f"cases.{name}").CASES]


class Lane:
    """One proxy and its origin, which serve one case at a time: all that is seen is that case's."""

    def __init__(self, proxy_class, setting, folder, binary, drip):
        self.drip = drip
        self.origin = Origin("/app" if setting == "mount" else "/")
        self.proxy = proxy_class(setting, self.origin.port, folder, binary)

    def run(self, cases, results, crashes):
        while True:
            try:
                case = cases.get_nowait()
            except queue.Empty:
                return
            if self.drip and case.dripped:
                case = dataclasses.replace(case, expect=case.dripped)
            seen = play(case, self.proxy.port, self.origin, self.drip)
            results[case.theme, case.name] = (case, seen, verdict_of(case, seen), faults_of(case, seen))
            if not self.proxy.alive():
                crashes.append(f"{self.proxy.name} ended in {case.theme}: {case.name}\n{self.proxy.output()[-3000:]}")
                return

    def end(self, crashes):
        if self.proxy.alive():
            code = self.proxy.end()
            if code not in (0, -15) or "ERROR: AddressSanitizer" in self.proxy.output() or "runtime error:" in self.proxy.output():
                crashes.append(f"{self.proxy.name} ended with code {code}\n{self.proxy.output()[-3000:]}")
        self.origin.end()


def run_suite(proxy_class, cases, binary="", lanes=3, drip=False):
    """(theme, name) -> (case, observation, verdict, faults), and what ended badly."""
    results, crashes, threads = {}, [], []
    with tempfile.TemporaryDirectory(prefix="strictness-") as folder:
        pathlib.Path(folder).chmod(0o755)
        all_lanes = []
        for setting in sorted({case.setting for case in cases}):
            waiting = queue.Queue()
            own = [case for case in cases if case.setting == setting]
            for case in own:
                waiting.put(case)
            for _ in range(min(lanes if setting == "plain" else 1, len(own))):
                lane = Lane(proxy_class, setting, folder, binary, drip)
                all_lanes.append(lane)
                threads.append(threading.Thread(target=lane.run, args=(waiting, results, crashes)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for lane in all_lanes:
            lane.end(crashes)
    return results, crashes
