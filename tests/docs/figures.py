#!/usr/bin/env python3
"""README.md's table of faults holds rows of docs/failover.md, in short.

usage: figures.py SOURCE            exit code 1 if it does not
       figures.py --write SOURCE    makes the table anew
"""

import re
import sys
from pathlib import Path

ROWS = [
    "kill -9, then each user's next click",
    "kill -9, then five tabs write at once",
    "kill -9 under 5 users x 4 tabs",
    "kill -9 and back before anybody asked, five tabs write",
    "kill -9, moved, the node returns, a tab with the old cookie",
    "SIGSTOP, users go on, SIGCONT",
    "SIGTERM under GETs",
    "each node in turn killed and started, under load",
]
SHORT = {  # of one, of several
    "answered write lost": ("write lost", "writes lost"),
    "old copy read": ("old copy read", "old copies read"),
    "two nodes serve a session": ("session on two nodes", "sessions on two nodes"),
    "request on another node": ("request astray", "requests astray"),
    "error answer": ("error", "errors"),
}
TABLE = re.compile(r"(<!-- figures: tests/docs/figures.py --write -->\n).*?(<!-- end of figures -->)", re.DOTALL)


def measured(text):
    """What happens -> one cell for each proxy."""
    lines = re.findall(r"^\| (.+) \|$", text, re.MULTILINE)
    cells = [line.split(" | ") for line in lines]
    head = next(row for row in cells if row[0] == "what happens")
    return head[2:], {row[0]: row[2:] for row in cells if len(row) == len(head)}


def short(cell):
    """`46 answered write lost<br>(10 to 12 a turn)` -> `46 writes lost`."""
    if cell == "nothing":
        return "0"
    faults = [part for part in cell.split("<br>") if not part.startswith("(")]
    counted = [fault.split(" ", 1) for fault in faults]
    return ", ".join(f"{count} {SHORT.get(name, (name, name))[count != '1']}" for count, name in counted)


def table(failover):
    proxies, cells = measured(failover)
    lines = [["what happens", *proxies]] + [[row, *map(short, cells[row])] for row in ROWS]
    head, *rest = [f"| {' | '.join(line)} |\n" for line in lines]
    return head + "|---" * (len(proxies) + 1) + "|\n" + "".join(rest)


def main():
    source = Path(sys.argv[-1])
    readme = source / "README.md"
    text = readme.read_text()
    made = table((source / "docs" / "failover.md").read_text())
    right = TABLE.sub(lambda match: match[1] + made + match[2], text)
    if "--write" in sys.argv:
        readme.write_text(right)
    elif right != text or not TABLE.search(text):
        sys.exit("README.md: other figures than docs/failover.md; tests/docs/figures.py --write . makes them anew")


if __name__ == "__main__":
    main()
