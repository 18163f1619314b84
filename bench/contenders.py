"""The proxies that bench/run compares: how each is configured for the same job, and started."""
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import farm
from farm import NODES, RUN_DIR, Failed, free_port, write


@dataclass
class Contender:
    name: str
    port: int
    command: list
    version: str
    access_log: Path | None = None
    log_to_stdout: bool = False
    process: object = None
    results: dict = field(default_factory=dict)  # load -> list of turns


def first_line(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    return (done.stdout or done.stderr).splitlines()[0]


def relay(workers, _options):
    port = free_port()
    return Contender("relay", port, [farm.TOOLS / "bench_relay", port, *workers], "bench/relay.cpp")


def jkproxy(workers, options):
    program = farm.find_jkproxy(options.jkproxy)
    port = free_port()
    config = write("jkproxy.yaml", farm.jkproxy_yaml(port, workers))
    return Contender("jkproxy", port, [program, "-c", config], first_line(program, "-v"),
                     RUN_DIR / "jkproxy.access.log")


HAPROXY = """\
global
    nbthread 1
    maxconn 9900
    log stdout format raw local0
defaults
    mode http
    log global
    option httplog
    option redispatch 1
    http-reuse always
    timeout connect 2s
    timeout client 60s
    timeout server 60s
frontend clients
    bind 127.0.0.1:{port}
    default_backend tomcat
backend tomcat
    balance roundrobin
    option httpchk GET /health
{forwarded}    http-request set-var(txn.sid) urlp(jsessionid,;)
    http-request set-var(txn.sid) req.cook(JSESSIONID) if !{{ var(txn.sid) -m found }}
    http-request set-var(txn.route) var(txn.sid),word(-1,.) if {{ var(txn.sid) -m found }}
    use-server %[var(txn.route)] if {{ var(txn.route) -m found }}
    default-server check inter 2s fall 3 rise 2
{servers}
"""

FORWARDED = """\
    option forwardfor
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Forwarded-Host %[req.hdr(host)]
    http-request set-header X-Forwarded-Port %[dst_port]
"""


def haproxy(workers, _options, name="haproxy", forwarded=FORWARDED):
    farm.need("haproxy", "haproxy")
    port = free_port()
    servers = "\n".join(f"    server {n} 127.0.0.1:{p}" for n, p in zip(NODES, workers))
    config = write(f"{name}.cfg", HAPROXY.format(port=port, servers=servers, forwarded=forwarded))
    return Contender(name, port, [shutil.which("haproxy"), "-db", "-f", config],
                     first_line("haproxy", "-v"), RUN_DIR / f"{name}.access.log", True)


def haproxy_lean(workers, options):
    """Routes and logs, but adds none of the X-Forwarded fields that jkproxy adds."""
    return haproxy(workers, options, "haproxy-lean", "")


NGINX = """\
daemon off;
master_process off;
pid {dir}/nginx.pid;
error_log {dir}/nginx.out;
events {{ worker_connections 9900; }}
http {{
    access_log {dir}/nginx.access.log combined buffer=64k flush=1s;
    client_body_temp_path {dir}/nginx.tmp; proxy_temp_path {dir}/nginx.tmp;
    fastcgi_temp_path {dir}/nginx.tmp; uwsgi_temp_path {dir}/nginx.tmp; scgi_temp_path {dir}/nginx.tmp;
    map $cookie_jsessionid $worker {{ default node1; "~\\.node1$" node1; "~\\.node2$" node2; }}
    upstream node1 {{ server 127.0.0.1:{first}; server 127.0.0.1:{second} backup; keepalive 128;
                     keepalive_requests 1000000000; }}
    upstream node2 {{ server 127.0.0.1:{second}; server 127.0.0.1:{first} backup; keepalive 128;
                     keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        keepalive_requests 1000000000;
        client_max_body_size 0;
        location / {{
            proxy_pass http://$worker;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Port $server_port;
        }}
    }}
}}
"""


def nginx(workers, _options):
    program = optional("nginx", "nginx")
    port = free_port()
    (RUN_DIR / "nginx.tmp").mkdir(exist_ok=True)
    config = write("nginx.conf", NGINX.format(dir=RUN_DIR, port=port, first=workers[0],
                                              second=workers[1]))
    return Contender("nginx", port, [program, "-c", config, "-e", RUN_DIR / "nginx.out"],
                     first_line(program, "-v"), RUN_DIR / "nginx.access.log")


HTTPD = """\
ServerName bench
ServerRoot {dir}
DefaultRuntimeDir {dir}
PidFile {dir}/httpd.pid
ErrorLog {dir}/httpd.out
Listen 127.0.0.1:{port}
{modules}
ServerLimit 1
StartServers 1
ThreadLimit 128
ThreadsPerChild 128
MaxRequestWorkers 128
KeepAlive On
MaxKeepAliveRequests 0
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" combined
BufferedLogs On
CustomLog {dir}/httpd.access.log combined
<Proxy balancer://farm>
{members}
    ProxySet lbmethod=byrequests stickysession=JSESSIONID|jsessionid scolonpathdelim=On
</Proxy>
ProxyPreserveHost On
ProxyPass / balancer://farm/
"""


def httpd(workers, _options):
    program = optional("apache2", "apache2-bin")
    port = free_port()
    modules = "\n".join(
        f"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so"
        for m in ("mpm_event", "authz_core", "proxy", "proxy_http", "proxy_balancer",
                  "slotmem_shm", "lbmethod_byrequests"))
    members = "\n".join(f"    BalancerMember http://127.0.0.1:{p} route={n}"
                        for n, p in zip(NODES, workers))
    config = write("httpd.conf", HTTPD.format(dir=RUN_DIR, port=port, modules=modules,
                                              members=members))
    return Contender("httpd", port, [program, "-f", config, "-DFOREGROUND"],
                     first_line(program, "-v"), RUN_DIR / "httpd.access.log")


def optional(command, package):
    """Not installed on demand: the package would start a server of its own on port 80."""
    found = shutil.which(command) or shutil.which(command, path="/usr/sbin")
    if not found:
        raise Failed(f"{command} is not installed (Debian package {package})")
    return found


KNOWN = {"relay": relay, "haproxy": haproxy, "haproxy-lean": haproxy_lean, "jkproxy": jkproxy,
         "nginx": nginx, "httpd": httpd}
