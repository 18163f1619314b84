"""Three real Tomcats with msm and two memcached, by the demo's scripts; no proxy (see proxies.py)."""

import atexit
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "e2e-farm"
OVERLAY = ROOT / "build" / "e2e-overlay"
NODES = ("node1", "node2", "node3")
AJP = ('<Connector protocol="AJP/1.3" address="127.0.0.1" port="${farm.ajp}" secretRequired="false" minSpareThreads="4"/>')


def await_true(condition, seconds, what):
    """Polls until the condition holds; AssertionError if it does not within that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"after {seconds} s still not: {what}"
        time.sleep(0.02)


def living_threads(pid):
    """A dying process of many threads holds its sockets until the last of them has ended, long after it is a zombie itself."""
    living = 0
    for stat in pathlib.Path("/proc").glob(f"{pid}/task/*/stat"):
        try:
            living += stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            pass  # it has just ended
    return living


def write_overlay():
    """What the tests add to each Tomcat: an AJP connector, and the application `form` with a log-in of the container."""
    shutil.rmtree(OVERLAY, ignore_errors=True)
    shutil.copytree(pathlib.Path(__file__).parent / "webapp", OVERLAY / "webapps" / "form")
    server = (ROOT / "demo" / "tomcat" / "server.xml").read_text()
    (OVERLAY / "conf").mkdir()
    (OVERLAY / "conf" / "server.xml").write_text(server.replace("<Engine", AJP + "\n    <Engine"))


class Farm:
    """One farm for a whole run. Everything it started ends with this process, or with `down`."""

    _running = None

    @classmethod
    def running(cls):
        if cls._running is None:
            cls._running = Farm()
        return cls._running

    def __init__(self):
        write_overlay()
        atexit.register(self.down)
        self.demo("up", "--detach", "--no-proxy", "--port", "0", "--base-port", "0")
        lines = (FOLDER / "farm.env").read_text().splitlines()
        self.facts = dict(line.split("=", 1) for line in lines if "=" in line)
        self.base_port = int(self.facts["PROXY_PORT"])

    def demo(self, *words):
        self._demo(*words)()

    def _demo(self, *words):
        environment = dict(os.environ, NODE_OVERLAY=str(OVERLAY))
        process = subprocess.Popen([ROOT / "demo" / "run", *words, "--dir", FOLDER], env=environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

        def finish():
            error = process.communicate(timeout=180)[1]
            assert process.returncode == 0, f"demo/run {' '.join(words)}: {error}"
        return finish

    def down(self):
        self.demo("down")

    def port_of(self, name):
        return int(self.facts[f"{name.upper()}_PORT"])

    def pid_of(self, name):
        """Its pid, or None if it does not run."""
        try:
            pid, start, _boot = (FOLDER / "pids" / name).read_text().split()
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            return None
        return int(pid) if stat[19] == start and stat[0] not in "ZX" else None

    def is_frozen(self, name):
        pid = self.pid_of(name)
        return bool(pid) and pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "Tt"

    # --- what can happen to a part; all of them return when it has happened

    def kill(self, *names):
        pids = [self.pid_of(name) for name in names]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        for name, pid in zip(names, pids):
            await_true(lambda name=name, pid=pid: self.pid_of(name) is None and not living_threads(pid), 10, f"{name} has ended")

    def terminate(self, *names):
        """SIGTERM; does not wait for the end."""
        for name in names:
            os.kill(self.pid_of(name), signal.SIGTERM)

    def await_end(self, *names):
        for name in names:
            await_true(lambda name=name: self.pid_of(name) is None, 30, f"{name} has ended")

    def freeze(self, *names):
        for name in names:
            os.kill(self.pid_of(name), signal.SIGSTOP)

    def thaw(self, *names):
        for name in names:
            os.kill(self.pid_of(name), signal.SIGCONT)

    def start(self, *names):
        while names:
            for finish in [self._demo("start", name) for name in names]:
                finish()
            names = [name for name in names if self.pid_of(name) is None]  # was still ending when it was looked at

    def restore(self):
        """Everything runs again."""
        self.thaw(*[name for name in NODES if self.is_frozen(name)])
        self.start(*[name for name in ("n1", "n2", *NODES) if self.pid_of(name) is None])

    # --- what can be seen

    def executions(self):
        """Of /api/count: the key of each executed request -> the nodes that executed it."""
        found = {}
        for line in pathlib.Path(self.facts["EXECUTIONS"]).read_text().splitlines():
            node, key = line.split()
            found.setdefault(key, []).append(node)
        return found

    def tomcat_log(self, node):
        """Lines of its access log: request line, status, cookie= as it came, set= as it went."""
        return (FOLDER / node / "logs" / "access.txt").read_text(errors="replace").splitlines()

    def requests_seen(self, text):
        """Node -> how many lines of its access log hold the text."""
        return {node: sum(text in line for line in self.tomcat_log(node)) for node in NODES}

    def sessions_stored(self):
        """Items in both memcached."""
        return sum(self._items(name) for name in ("n1", "n2"))

    def _items(self, name):
        with socket.create_connection(("127.0.0.1", self.port_of(name)), timeout=5) as connection:
            connection.sendall(b"stats\r\nquit\r\n")
            text = b"".join(iter(lambda: connection.recv(65536), b""))
        return int(re.search(rb"STAT curr_items (\d+)", text)[1])
