"""jkproxy and the proxies it is compared with, each before the farm's Tomcats, on ports of the farm's block."""

import atexit
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import urllib.request

from browser import Tab, invented_id, send
from farm import FOLDER, NODES, ROOT, await_true

PEERS = pathlib.Path(__file__).parent / "peers"


class Proxy:
    """Started by a command that stays in the foreground; the configuration is a template of peers/."""

    name = ""
    offset = 0  # from the farm's base port
    template = ""
    replaced = {}  # in the template: what a scenario changes

    def __init__(self, farm, name=None, offset=None, **replaced):
        self.farm = farm
        self.name = name or self.name
        self.port = farm.base_port + (self.offset if offset is None else offset)
        self.folder = FOLDER / "proxies" / self.name
        self.replaced = dict(self.replaced, **replaced)
        self.process = None
        atexit.register(self.end)

    # --- to be said by each

    def command(self):
        raise NotImplementedError

    def version(self):
        raise NotImplementedError

    # --- life

    def facts(self):
        facts = {"PORT": self.port, "FOLDER": self.folder}
        for number, node in enumerate(NODES, 1):
            facts[f"NODE{number}"] = self.farm.port_of(node)
            facts[f"AJP{number}"] = self.farm.port_of(node) + 5
        return facts

    def write_configuration(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        text = (PEERS / self.template).read_text()
        for old, new in self.replaced.items():
            assert old in text, f"{self.template} does not hold '{old}'"
            text = text.replace(old, new)
        for name, value in self.facts().items():
            text = text.replace(f"@{name}@", str(value))
        (self.folder / self.template).write_text(text)

    def start(self):
        self.write_configuration()
        self.start_again()
        return self

    def start_again(self):
        """With the configuration that is there."""
        for left_over in self.folder.glob("*.sock"):  # a killed nginx does not remove its own
            left_over.unlink()
        with open(self.folder / "stderr.log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd=self.folder, start_new_session=True)
        await_true(self.answers, 20, f"{self.name} answers (see {self.folder})")

    def answers(self):
        assert self.process.poll() is None, f"{self.name} ended: " + (self.folder / "stderr.log").read_text()[-500:]
        return send(self.port, "GET", "/share/about", timeout=2).status > 0

    def end(self):
        """Its whole process group, which is ours alone."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGCONT)
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def freeze(self):
        os.killpg(self.process.pid, signal.SIGSTOP)

    def thaw(self):
        os.killpg(self.process.pid, signal.SIGCONT)

    def await_nodes(self, nodes, seconds=40):
        """Until a session of each of the nodes is sent there."""
        await_true(lambda: all(self.serves(node) for node in nodes), seconds, f"{self.name} sends sessions to {nodes}")

    def serves(self, node):
        found = Tab(self.port, invented_id(node)).get().json().get("node")
        if found != node:
            time.sleep(0.1)
        return found == node


class Jkproxy(Proxy):
    name = "jkproxy"
    template = "jkproxy.yaml"
    offset = 0
    status_offset = 4

    def __init__(self, farm, name=None, offset=None, status_offset=None, **replaced):
        super().__init__(farm, name, offset, **replaced)
        self.status_port = farm.base_port + (status_offset or self.status_offset)
        self.binary = os.environ.get("JKPROXY") or str(ROOT / "build" / "release" / "jkproxy")

    def facts(self):
        return dict(super().facts(), STATUS_PORT=self.status_port)

    def command(self):
        return [self.binary, "-c", "jkproxy.yaml"]

    def version(self):
        return "jkproxy " + subprocess.check_output([self.binary, "-v"], text=True).split()[1]

    def answers(self):
        return super().answers() and bool(self.workers())

    def restart_with(self, old, new):
        """Ends it by SIGTERM, and starts it with this change of its configuration."""
        file = self.folder / self.template
        assert old in file.read_text(), f"{file} does not hold '{old}'"
        file.write_text(file.read_text().replace(old, new))
        self.process.terminate()
        self.process.wait(20)
        self.start_again()

    def status(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.status_port}/status.json", timeout=5) as answer:
            return json.load(answer)

    def workers(self):
        """Worker -> its state."""
        try:
            return {worker["name"]: worker["state"] for worker in self.status()["workers"]}
        except OSError:
            return {}

    def await_nodes(self, nodes, seconds=40):
        await_true(lambda: all(self.workers().get(node, "").startswith("OK") for node in nodes), seconds, f"{nodes} ok")
        super().await_nodes(nodes, seconds)

    def log(self):
        return (self.folder / "stderr.log").read_text()

    def access_log(self):
        return (self.folder / "access.log").read_text().splitlines()


class Haproxy(Proxy):
    name, template, offset = "HAProxy", "haproxy.cfg", 13

    def command(self):
        return ["haproxy", "-W", "-db", "-f", "haproxy.cfg"]

    def version(self):
        return "HAProxy " + subprocess.check_output(["haproxy", "-v"], text=True).split()[2].partition("-")[0]


class Nginx(Proxy):
    name, template, offset = "nginx", "nginx.cfg", 14

    def command(self):
        return ["nginx", "-p", str(self.folder), "-c", str(self.folder / self.template), "-e", "error.log"]

    def version(self):
        return "nginx " + subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr.strip().rpartition("/")[2]


class Httpd(Proxy):
    name, template, offset = "httpd", "httpd.cfg", 15

    def command(self):
        return ["apache2", "-DFOREGROUND", "-f", str(self.folder / self.template)]

    def version(self):
        text = subprocess.check_output(["apache2", "-v"], text=True)
        return "httpd " + text.partition("Apache/")[2].split()[0] + " mod_proxy_balancer"


class ModJk(Httpd):
    name, template, offset = "mod_jk", "mod_jk.cfg", 16

    def write_configuration(self):
        super().write_configuration()
        text = (PEERS / "workers.properties").read_text()
        for name, value in self.facts().items():
            text = text.replace(f"@{name}@", str(value))
        (self.folder / "workers.properties").write_text(text)

    def version(self):
        text = subprocess.check_output(["dpkg-query", "-W", "-f", "${Version}", "libapache2-mod-jk"], text=True)
        return "mod_jk " + text.partition(":")[2].partition("-")[0]


PEER_CLASSES = (Haproxy, Nginx, Httpd, ModJk)
