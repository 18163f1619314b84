"""WebSocket tunnels to real Tomcats, by a real client: python3-websockets."""

import asyncio
import json
import os
import pathlib
import re
import sys
import time
import unittest

from browser import Tab
from case import Case
from farm import NODES
from proxies import Jkproxy

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's, whichever python3 this is
import websockets  # noqa: E402

PIECE = 64 * 1024


class Tunnel:
    """`async with` one: `greeting` is what the node says of itself and of the session."""

    def __init__(self, tab, port=None, **options):
        self.tab, self.port = tab, port or tab.port
        self.options = dict({"ping_interval": None, "max_size": None, "max_queue": 4, "compression": None}, **options)

    async def __aenter__(self):
        self.line = await websockets.connect(f"ws://127.0.0.1:{self.port}/share/api/echo",
                                             extra_headers=[("Cookie", f"JSESSIONID={self.tab.cookie}")], **self.options)
        self.greeting = json.loads(await asyncio.wait_for(self.line.recv(), 10))
        return self

    async def __aexit__(self, *_):
        await self.line.close()

    def new_cookie(self):
        found = [re.match("JSESSIONID=([^;]*)", value) for value in self.line.response_headers.get_all("Set-Cookie")]
        return [match[1] for match in found if match]

    async def closed(self, seconds):
        """Code and reason of its end, which must come within that time."""
        await asyncio.wait_for(self.line.wait_closed(), seconds)
        return self.line.close_code, self.line.close_reason


def resident_bytes(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024


class WebSocket(Case):
    def log_in(self, node="node1"):
        return Tab(self.proxy.port).log_in(node)

    def run_async(self, coroutine):
        return asyncio.run(asyncio.wait_for(coroutine, 60))

    def test_tunnel_goes_to_the_sessions_node(self):
        async def visit(tab, node):
            async with Tunnel(tab) as tunnel:
                self.assertEqual(tunnel.greeting, {"node": node, "user": "alice", "route": node})
                self.assertEqual(tunnel.new_cookie(), [])
        for node in NODES:
            for _ in range(2):
                self.run_async(visit(self.log_in(node), node))

    def test_messages_of_all_sizes_come_back_whole(self):
        async def echo(tab):
            async with Tunnel(tab) as tunnel:
                for size in (0, 1, 125, 126, 65535, 65536, 1 << 20, 8 << 20):
                    sent = os.urandom(size)
                    _, received = await asyncio.gather(tunnel.line.send(sent), tunnel.line.recv())
                    self.assertEqual(received, sent)
                text = "tea und Kännchen " * 50000
                _, received = await asyncio.gather(tunnel.line.send(text), tunnel.line.recv())
                self.assertEqual(received, text)
        self.run_async(echo(self.log_in()))

    def test_client_that_does_not_read_is_not_read_from(self):
        """Back-pressure through client, jkproxy and Tomcat: the sender comes to a halt, jkproxy does not hoard."""
        async def flood(tab):
            async with Tunnel(tab, max_queue=1) as tunnel:
                before, sent = resident_bytes(self.proxy.process.pid), 0

                async def send():
                    nonlocal sent
                    while sent < 2048:
                        await tunnel.line.send(bytes([sent % 256]) * PIECE)
                        sent += 1

                sender = asyncio.ensure_future(send())
                seen = -1
                while sent != seen:  # until it has come to a halt
                    seen = sent
                    await asyncio.sleep(1)
                self.assertLess(sent, 2048)
                self.assertLess(resident_bytes(self.proxy.process.pid) - before, 4 << 20)
                for number in range(2048):
                    self.assertEqual(await tunnel.line.recv(), bytes([number % 256]) * PIECE)
                await sender
        self.run_async(flood(self.log_in()))

    def test_close_of_either_side_is_passed_on(self):
        async def close(tab):
            async with Tunnel(tab) as tunnel:
                await tunnel.line.close(4000, "enough")
                self.assertEqual(await tunnel.closed(5), (4000, "enough"))
            async with Tunnel(tab) as tunnel:
                await tunnel.line.send("close")
                self.assertEqual(await tunnel.closed(5), (4001, "as you wish"))
        self.run_async(close(self.log_in()))

    def test_idle_tunnel_is_closed_and_a_busy_one_is_not(self):
        balancer = "    workers: [node1, node2, node3]\n    response_timeout: 60s\n"
        short = Jkproxy(self.farm, "short", 17, 18, **{balancer: balancer + "    tunnel_timeout: 1s\n"}).start()
        self.addCleanup(short.end)
        short.await_nodes(NODES)

        async def wait(tab):
            async with Tunnel(tab, short.port) as idle, Tunnel(tab, short.port, ping_interval=0.3) as busy:
                began = time.monotonic()
                self.assertEqual((await idle.closed(8))[0], 1006)  # the connection ended without a close frame
                self.assertGreater(time.monotonic() - began, 0.9)
                await asyncio.sleep(1.5)
                await busy.line.send("still there")
                self.assertEqual(await asyncio.wait_for(busy.line.recv(), 5), "still there")
        self.run_async(wait(self.log_in()))

    def test_death_of_the_node_closes_the_tunnel_and_the_next_one_finds_the_session(self):
        async def survive(tab, bystander):
            async with Tunnel(tab) as tunnel, Tunnel(bystander) as other:
                await tunnel.line.send("hello")
                self.assertEqual(await tunnel.line.recv(), "hello")
                await asyncio.get_running_loop().run_in_executor(None, self.farm.kill, "node1")
                self.assertEqual((await tunnel.closed(1))[0], 1006)
                async with Tunnel(tab) as again:
                    self.assertEqual(again.greeting["user"], "alice")
                    self.assertIn(again.greeting["node"], ("node2", "node3"))
                    (cookie,) = again.new_cookie()
                    self.assertEqual(cookie.partition(".")[2], again.greeting["node"])
                    await again.line.send("hello again")
                    self.assertEqual(await again.line.recv(), "hello again")
                await other.line.send("nothing happened here")
                self.assertEqual(await other.line.recv(), "nothing happened here")
                return cookie
        tab = self.log_in()
        tab.cookie = self.run_async(survive(tab, self.log_in("node2")))
        self.assertEqual(tab.get().json().get("cart"), {"first": 1})

    def test_tabs_reconnect_at_once_and_all_find_the_session(self):
        async def reconnect(tab):
            tunnels = [Tunnel(tab) for _ in range(5)]
            await asyncio.gather(*[tunnel.__aenter__() for tunnel in tunnels])
            await asyncio.get_running_loop().run_in_executor(None, self.farm.kill, "node1")
            await asyncio.gather(*[tunnel.closed(1) for tunnel in tunnels])
            await asyncio.gather(*[tunnel.__aenter__() for tunnel in tunnels])
            greetings = [tunnel.greeting for tunnel in tunnels]
            await asyncio.gather(*[tunnel.line.close() for tunnel in tunnels])
            self.assertEqual({(found["user"], found["node"]) for found in greetings}, {("alice", greetings[0]["node"])})
        self.run_async(reconnect(self.log_in()))


if __name__ == "__main__":
    unittest.main()
