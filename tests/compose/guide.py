"""docs/compose.md as a script: the commands of its sections, for whatever farm the test runs."""

import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "compose.md"


def sections():
    parts = re.split(r"^## (.+)$", PAGE.read_text(), flags=re.MULTILINE)
    return {title: re.findall(r"^```sh [^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
            for title, text in zip(parts[1::2], parts[2::2])}


def compose_command():
    """`docker compose` where it is there, else `docker-compose`."""
    plugin = subprocess.run(["docker", "compose", "version"], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    if plugin.returncode != 0 and shutil.which("docker-compose"):
        return "docker-compose"
    return "docker compose"


class Guide:
    """Runs each block once, in its own names and ports; `left` says which were never run."""

    def __init__(self, folder, port, status_port, project):
        self.folder = folder
        self.blocks = sections()
        shown = re.findall(r"^```sh by=tests/compose/guide.py\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
        assert shown and all(block in self.blocks["Start"][0] for block in shown), f"README.md says {shown}"
        self.left = {title: len(blocks) for title, blocks in self.blocks.items() if blocks}
        self.environment = {**os.environ, "PORT": str(port), "STATUS_PORT": str(status_port),
                            "COMPOSE_PROJECT_NAME": project, "FARM": project}
        self.words = [("docker compose", compose_command()),
                      ("localhost:8404", f"127.0.0.1:{status_port}"),
                      ("localhost/", f"127.0.0.1:{port}/"),
                      ("curl -s", "curl -fsS --noproxy '*'"),
                      ("cookies.txt", f"{folder}/cookies.txt"),
                      ("$PWD/shop.war", f"{folder}/shop.war"),
                      ("jkproxy jkproxy-", f"{project} {project}-"),
                      (" jkproxy-", f" {project}-")]

    def run(self, title, node="node1", block=0):
        """Standard output of the section's block; its first and only run, in order."""
        done = len(self.blocks[title]) - self.left[title]
        assert done == block, f"{title}: block {block} after {done} were run"
        self.left[title] -= 1
        return self.shell(self.translate(self.blocks[title][block], node))

    def click(self):
        """The page's own request once more."""
        lines = self.blocks["Log in"][0].splitlines()
        return self.shell(self.translate(next(line for line in lines if "/whoami" in line)))

    def translate(self, text, node="node1"):
        for word, own in [("node1", node), *self.words]:
            text = text.replace(word, own)
        return text

    def shell(self, script):
        result = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, text=True,
                                env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                timeout=1800)
        assert result.returncode == 0, f"{script}\n{result.stdout}\n{result.stderr}"
        return result.stdout

    def never_run(self):
        return [title for title, count in self.left.items() if count]
