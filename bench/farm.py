"""What bench/run and bench/instructions share: programs, ports, configurations, origins, load."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "build" / "bench"
RUN_DIR = ROOT / "build" / "bench-run"  # the only folder that is written to
JKPROXY = ROOT / "build" / "release" / "app" / "jkproxy"
NODES = ("node1", "node2")


class Failed(Exception):
    """The benchmark cannot go on; the text says why."""


def need(command, package):
    """Installs the Debian package unless the command is there."""
    if shutil.which(command):
        return
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
        subprocess.run([*sudo, "apt-get", *step], check=True, timeout=600, env=environment,
                       stdout=sys.stderr)


def build_tools():
    need("cmake", "cmake")
    need("g++", "g++")
    need("make", "make")
    TOOLS.mkdir(parents=True, exist_ok=True)
    for command in (["cmake", "-S", ROOT / "bench", "-B", TOOLS], ["cmake", "--build", TOOLS]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if done.returncode:
            raise Failed(f"building the tools failed:\n{done.stdout}{done.stderr}")


def find_jkproxy(path):
    for candidate in (path, JKPROXY.parent.parent / "jkproxy"):
        if candidate.is_file():
            return candidate.resolve()
    raise Failed(f"{path} is not there; build it with\n"
                 "  cmake --preset release && cmake --build --preset release --target jkproxy")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write(name, text):
    path = RUN_DIR / name
    path.write_text(text)
    return path


class Processes:
    """Starts processes pinned to a core and ends each of them, by its pid, at the end.

    They also die with this script, should it be killed outright.
    """

    def __init__(self):
        self.started = []

    def __enter__(self):
        # INT may be ignored when a shell started this in the background.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._leave)
        RUN_DIR.mkdir(parents=True, exist_ok=True)
        return self

    @staticmethod
    def _leave(number, _frame):
        raise SystemExit(128 + number)

    def __exit__(self, *_):
        for process in self.started:
            end(process)

    def start(self, name, core, command, stdout=None):
        """Runs the command; its output goes to NAME.out, unless `stdout` says otherwise."""
        with open(RUN_DIR / f"{name}.out", "ab") as output:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *pinned(core, command)], stdin=subprocess.DEVNULL,
                stdout=stdout or output, stderr=output)
        self.started.append(process)
        return process


def pinned(core, command):
    return ["taskset", "-c", str(core), *map(str, command)]


def end(process, signal_number=signal.SIGTERM, patience=3):
    if process.poll() is None:
        process.send_signal(signal_number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def start_origins(processes, core):
    """One fake Tomcat for each node; their ports."""
    ports = []
    for node in NODES:
        origin = processes.start(node, core, [TOOLS / "bench_origin", node], subprocess.PIPE)
        line = origin.stdout.readline()
        if not line:
            raise Failed(f"the origin of {node} did not start")
        ports.append(int(line))
    return ports


def jkproxy_yaml(port, workers, health_check=True):
    check = "{ path: /health, interval: 2s, timeout: 1s, fall: 3, rise: 2 }"
    nodes = [f"  {node}: {{ url: http://127.0.0.1:{at} }}" for node, at in zip(NODES, workers)]
    return "\n".join([
        "listeners:",
        f"  - bind: 127.0.0.1:{port}",
        "workers:",
        *nodes,
        "balancers:",
        "  farm:",
        f"    workers: [{', '.join(NODES)}]",
        "    method: by_requests",
        *([f"    health_check: {check}"] if health_check else []),
        f"access_log: {{ file: {RUN_DIR}/jkproxy.access.log, format: combined }}",
        "log: { file: stderr, level: info }",
        "limits: { connections: 9900 }",  # idle ones need no worker's descriptor
        "threads: 1",
        ""])


def wait_until_ready(name, process, port, patience=15):
    """Waits for one good answer; until the port is open, asking costs the process nothing."""
    request = b"GET /1k HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
    deadline, seen = time.monotonic() + patience, ""
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), patience) as client:
                client.sendall(request)
                seen = client.recv(64).decode("latin-1").partition("\r\n")[0]
            if " 200" in seen:
                return
        except OSError as error:
            seen = str(error)
        time.sleep(0.05)
    output = (RUN_DIR / f"{name}.out").read_text(errors="replace")[-2000:]
    raise Failed(f"{name} did not come up on port {port} ({seen}):\n{output}")


def load(core, port, *options, patience):
    """One run of the load generator: what it printed."""
    command = pinned(core, [TOOLS / "bench_load", "--port", port, *options])
    done = subprocess.run(command, capture_output=True, text=True, timeout=patience)
    if done.returncode:
        raise Failed(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def main_of(body):
    """Runs the script's body and says in one line why it could not."""
    try:
        sys.exit(body())
    except (Failed, subprocess.SubprocessError, OSError) as error:
        print(f"{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        sys.exit(2)
