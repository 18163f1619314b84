"""jkproxy and the proxies it is compared with, each before one strict origin."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

from wire import connect

FOLDER = pathlib.Path(__file__).parent


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Proxy:
    """Runs in the foreground, from a template of peers/."""

    name = template = ""

    def __init__(self, setting, worker_port, folder, binary=""):
        self.folder = pathlib.Path(folder) / f"{self.name}-{setting}-{worker_port}"
        self.port = free_port()
        self.binary = binary
        self.process = None
        self.start(setting, worker_port)

    def command(self):
        raise NotImplementedError

    def start(self, setting, worker_port):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o755)
        text = (FOLDER / "peers" / self.template).read_text()
        facts = {"PORT": self.port, "WORKER": worker_port, "FOLDER": self.folder,
                 "MOUNT": "/app" if setting == "mount" else "/"}
        for name, value in facts.items():
            text = text.replace(f"@{name}@", str(value))
        lines = [line for line in text.splitlines() if not line.rstrip().endswith("#!mount" if setting == "plain" else "#!plain")]
        (self.folder / self.template).write_text("\n".join(line.partition("#!")[0] for line in lines) + "\n")
        with open(self.folder / "output", "wb") as output:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            cwd=self.folder, start_new_session=True)
        self.await_port()

    def await_port(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                connect(self.port).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
        raise SystemExit(f"{self.name} does not start:\n{self.output()[-2000:]}")

    def output(self):
        return (self.folder / "output").read_text(errors="replace")

    def alive(self):
        return self.process.poll() is None

    def end(self):
        """Its process group, which is ours alone. The exit code, with what it said of itself."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        return self.process.returncode


class Jkproxy(Proxy):
    name, template = "jkproxy", "jkproxy.yaml"

    def command(self):
        return [self.binary, "-c", "jkproxy.yaml"]

    @staticmethod
    def version(binary):
        return "jkproxy " + subprocess.check_output([binary, "-v"], text=True).split()[1]


class Haproxy(Proxy):
    name, template = "HAProxy", "haproxy.cfg"

    def command(self):
        return ["haproxy", "-db", "-f", "haproxy.cfg"]

    @staticmethod
    def version(_binary):
        return "HAProxy " + subprocess.check_output(["haproxy", "-v"], text=True).split()[2].partition("-")[0]


class Nginx(Proxy):
    name, template = "nginx", "nginx.cfg"

    def command(self):
        return ["nginx", "-p", str(self.folder), "-c", str(self.folder / self.template), "-e", "error.log"]

    @staticmethod
    def version(_binary):
        return "nginx " + subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr.strip().rpartition("/")[2]


class Httpd(Proxy):
    name, template = "httpd", "httpd.cfg"

    def command(self):
        return ["apache2", "-DFOREGROUND", "-f", str(self.folder / self.template)]

    @staticmethod
    def version(_binary):
        text = subprocess.check_output(["apache2", "-v"], text=True)
        return "httpd " + text.partition("Apache/")[2].split()[0]


PEERS = (Haproxy, Nginx, Httpd)
