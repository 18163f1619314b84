"""Connections that ask once and then say nothing more."""
import resource
import socket
from contextlib import contextmanager

from farm import Failed

REQUEST = b"GET /1k HTTP/1.1\r\nHost: bench\r\n\r\n"


def _connect(port):
    client = socket.create_connection(("127.0.0.1", port), 10)
    client.sendall(REQUEST)
    seen = b""
    while b"\r\n\r\n" not in seen or len(seen) < seen.index(b"\r\n\r\n") + 4 + 1024:
        block = client.recv(4096)
        if not block:
            raise Failed("an idle client was not served")
        seen += block
    return client


def raise_descriptor_limit():
    """For this process and those that it starts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def idle_clients(port, count):
    """Has `count` of them open, each behind an answer; closes them at the end."""
    clients = []
    try:
        for _ in range(count):
            clients.append(_connect(port))
        yield
    finally:
        for client in clients:
            client.close()
