"""Plays scenarios: one generator a proxy, all before the same Tomcats; what happens to those happens once, to all.

A scenario is a generator over a Stage. It prepares its users, yields what shall happen ("kill", "node1"), is resumed when
that has happened, goes on with its users, and notes every fault that a user could have seen. It never asserts: the tests
do that for jkproxy, and the comparison prints it for all.
"""

import collections
import concurrent.futures
import threading

from browser import Tab
from farm import NODES


class Tally:
    """Faults by kind, with the first few of each in words; what was tried, so that a fault has a proportion."""

    def __init__(self):
        self.lock = threading.Lock()
        self.faults = collections.Counter()
        self.details = {}
        self.tried = collections.Counter()
        self.slowest = 0.0
        self.seen = set()

    def fault(self, kind, detail="", count=1, whose=None):
        """`whose` book: counts that user once for this kind."""
        with self.lock:
            if whose and (kind, whose) in self.seen:
                return
            self.seen.add((kind, whose))
            self.faults[kind] += count
            self.details.setdefault(kind, []).append(str(detail))

    def add(self, other):
        self.faults += other.faults
        self.tried += other.tried
        for kind, details in other.details.items():
            self.details.setdefault(kind, []).extend(details)
        self.slowest = max(self.slowest, other.slowest)

    def __str__(self):
        return "; ".join(f"{count} x {kind} ({', '.join(self.details[kind][:4])})" for kind, count in self.faults.items())


class Stage:
    """What one scenario with one proxy works with."""

    def __init__(self, farm, proxy):
        self.farm, self.proxy = farm, proxy
        self.tally = Tally()
        self.users = []

    def log_in(self, count=1, node="node1"):
        """So many users with a session on that node."""
        users = in_parallel([lambda: Tab(self.proxy.port).log_in(node) for _ in range(count)], at_once=4)
        self.users += users
        self.tally.tried["sessions"] += count
        return users

    # --- judging answers

    def check(self, tab, answer, since=None, moved_from=None, within=None):
        """A GET of whoami that must show the user, everything that was answered before, and sane cookies."""
        since = since or collections.Counter()
        if answer.status != 200:
            self.tally.fault("error answer", f"{answer} at {tab.node}")
            return
        found = answer.json()
        if found.get("user") is None:
            self.tally.fault("logged out", f"{tab.stem[-4:]} by {found.get('node')}", whose=tab.book)
        elif tab.book.missing(found["cart"], since):
            self.tally.fault("old copy read", f"{found['cart']} by {found['node']}, not {dict(since)}", whose=tab.book)
        self.check_cookies(tab, answer, moved_from)
        self.check_time(answer, within)

    def check_cookies(self, tab, answer, moved_from=None):
        ids = answer.ids(tab.name)
        if len(ids) > 1:
            self.tally.fault("two session cookies", ids)
        if ids and answer.sent_stem and not ids[0].startswith(answer.sent_stem):
            self.tally.fault("other session's cookie", ids)
        if moved_from and (len(ids) != 1 or ids[0].endswith(moved_from)):
            self.tally.fault("no new route in the cookie", ids)

    def check_time(self, answer, within):
        self.tally.slowest = max(self.tally.slowest, answer.seconds)
        if within and answer.seconds > within:
            self.tally.fault(f"slower than {within} s", f"{answer.seconds:.2f} s")

    def read(self, tab, moved_from=None, within=None, **options):
        """whoami, judged."""
        since = tab.book.now()
        answer = tab.get(**options)
        self.check(tab, answer, since, moved_from, within)
        return answer

    def write(self, tab, item="tea", within=None, may_fail=False, **options):
        """A write, judged as far as an answer can be; `settle` judges the rest."""
        answer = tab.write(item, **options)
        self.tally.tried["writes"] += 1
        if answer.status != 200 and not may_fail:
            self.tally.fault("error answer", f"POST {answer}")
        if answer.status == 200 and answer.json().get("user") is None:
            self.tally.fault("logged out", f"{tab.stem[-4:]} by {answer.json().get('node')} (POST)", whose=tab.book)
        self.check_time(answer, within)
        return answer

    def settle(self, lost_is_fault=True):
        """At the end: is every user logged in, every answered write there, and nothing done twice?"""
        for user in self.users:
            answer = user.get()
            cart = answer.json().get("cart", {})
            if answer.status != 200:
                self.tally.fault("error answer", f"at the end: {answer}")
                continue
            if answer.json().get("user") is None and lost_is_fault:
                self.tally.fault("logged out", f"{user.stem[-4:]} at the end, by {answer.json().get('node')}", whose=user.book)
                continue
            missing = user.book.missing(cart)
            if missing and lost_is_fault:
                self.tally.fault("answered write lost", f"{cart}, not {dict(user.book.now())}", missing)
        executed = self.farm.executions()
        for user in self.users:
            for key, answered in user.book.keys:
                nodes = executed.get(key, [])
                if len(nodes) > 1:
                    self.tally.fault("POST run twice", nodes)
                if answered and not nodes:
                    self.tally.fault("answered, not run", key)


def in_parallel(calls, at_once=None):
    """All at once, or at most so many; the results in order."""
    calls = list(calls)
    with concurrent.futures.ThreadPoolExecutor(at_once or max(1, len(calls))) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


class Background:
    """Runs a call over and over in so many threads until `stop`; the results of each."""

    def __init__(self, calls):
        self.stopping = threading.Event()
        self.pool = concurrent.futures.ThreadPoolExecutor(len(calls))
        self.futures = [self.pool.submit(self._loop, call) for call in calls]

    def _loop(self, call):
        while not self.stopping.is_set():
            call()

    def stop(self):
        self.stopping.set()
        for future in self.futures:
            future.result()
        self.pool.shutdown()


def act(farm, what):
    verb, *names = what
    getattr(farm, verb)(*names)


def play(scenario, farm, proxies):
    """Plays it with all proxies side by side; Tally of each by name."""
    stages = [Stage(farm, proxy) for proxy in proxies]
    running = {stage.proxy.name: (stage, scenario(stage)) for stage in stages}
    while running:
        steps = in_parallel([lambda pair=pair: advance(*pair) for pair in running.values()])
        wishes = dict(zip(running, steps))
        running = {name: pair for name, pair in running.items() if wishes[name]}
        wanted = {wish for wish in wishes.values() if wish}
        assert len(wanted) <= 1, f"the proxies want different things: {wanted}; play them one by one"
        for wish in wanted:
            act(farm, wish)
    return {stage.proxy.name: stage.tally for stage in stages}


def advance(stage, course):
    """To the next wish, None at the end. A scenario that breaks is a fault like any other."""
    try:
        return next(course, None)
    except Exception as error:  # of whatever kind: the others go on
        stage.tally.fault("scenario broken", f"{type(error).__name__}: {error}")
        return None


def make_ready(farm, proxies):
    """All Tomcats run, and each proxy sends each node's sessions there."""
    farm.restore()
    in_parallel([lambda proxy=proxy: proxy.await_nodes(NODES) for proxy in proxies])
