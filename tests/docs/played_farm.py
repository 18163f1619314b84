"""A place to run the documentation's commands in: a jkproxy.yaml as the page shows it, Tomcats that are played, an access log."""

import os
import re
import socket
import subprocess
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE = 30  # seconds
YAML = re.compile(r"^```yaml(?: file=\S+)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LOG_LINE = re.compile(r'^\d\S+ - - \[.*? session=\w+ .*$', re.MULTILINE)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Tomcat(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        pass


class PlayedFarm:
    """Addresses of the page become free ports on 127.0.0.1; commands run in `folder`, with jkproxy in PATH."""

    def __init__(self, jkproxy, folder, page):
        self.folder = folder
        self.tomcats = [ThreadingHTTPServer(("127.0.0.1", 0), Tomcat) for _ in range(3)]
        self.port, self.status_port = free_port(), free_port()
        self.environment = {**os.environ, "PATH": f"{jkproxy.parent.absolute()}:{os.environ['PATH']}"}
        yaml = YAML.search(page)
        if yaml:
            (folder / "jkproxy.yaml").write_text(self.translate(yaml[1]))
        (folder / "access.log").write_text("".join(
            re.sub(r"session=\w+", "session=lost", line) + "\n" for line in LOG_LINE.findall(page)))

    def __enter__(self):
        for tomcat in self.tomcats:
            threading.Thread(target=tomcat.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        for tomcat in self.tomcats:
            tomcat.shutdown()
            tomcat.server_close()

    def translate(self, text):
        for number, tomcat in enumerate(self.tomcats, 1):
            text = text.replace(f"10.0.0.1{number}:8080", f"127.0.0.1:{tomcat.server_port}")
        text = re.sub(r'(bind: "|--listen ):\d+', rf"\g<1>127.0.0.1:{self.port}", text)
        return text.replace("127.0.0.1:8404", f"127.0.0.1:{self.status_port}").replace("/var/log/jkproxy", str(self.folder))

    def run(self, command):
        """What went wrong, or nothing."""
        translated = self.translate(command)
        is_server = translated.startswith("jkproxy ") and not re.search(r" -[tTvVh]\b", translated)
        return self.serve(translated) if is_server else self.finish(translated)

    def finish(self, command):
        result = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=self.folder, env=self.environment,
                                capture_output=True, text=True, timeout=PATIENCE, check=False)
        if result.returncode != 0:
            return f"exit code {result.returncode}\n{result.stdout}{result.stderr}"
        return "" if result.stdout or result.stderr else "it says nothing"

    def serve(self, command):
        """Starts jkproxy, asks it for a page of a played Tomcat, and ends it."""
        with subprocess.Popen(["bash", "-c", f"exec {command}"], cwd=self.folder, env=self.environment, text=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            said = "".join(self.until_it_listens(process.stderr))
            answer = self.ask() if "listening on" in said else b""
            process.terminate()
            said += process.stderr.read()
        if answer != b"hello":
            return f"it does not serve: {answer}\n{said}"
        return "" if process.returncode == 0 else f"exit code {process.returncode}\n{said}"

    @staticmethod
    def until_it_listens(lines):
        for line in lines:
            yield line
            if "listening on" in line:
                return

    def ask(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        return opener.open(f"http://127.0.0.1:{self.port}/", timeout=PATIENCE).read()
