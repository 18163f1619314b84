#!/usr/bin/env python3
"""Every command that README.md and docs/ show is run by a test.

usage: commands.py check SOURCE          each block of commands is a ```sh block, and says who runs it
       commands.py run JKPROXY SOURCE    runs those without `by=`, with Tomcats that are played
       commands.py show PAGE HEADING     the commands of the section, one a line: for the tests that run them

```sh           run by this script
```sh by=FILE   run by FILE, a test that reads the page
Commands that are tests or measurements themselves (tests/, bench/) need only be there.
"""

import re
import sys
import tempfile
from pathlib import Path

from check_docs import BLOCK, pages
from played_farm import PlayedFarm

PROGRAMS = r"(?:\$ )?(?:sudo )?(?:jkproxy|demo/run|docker|docker-compose|curl|cmake|cpack|apt|apt-get|dpkg|systemctl" \
           r"|journalctl|grep|kill|git|mvn|\./\S+)"
INDENTED = re.compile(rf"^    +({PROGRAMS}(?: .*)?)$", re.MULTILINE)
OURS = re.compile(r"^ *((?:tests|bench)/[\w/]+)", re.MULTILINE)


def line_of(text, position):
    return text[:position].count("\n") + 1


def blocks_of(text):
    """(line, word behind `sh`, commands) of each block."""
    for block in BLOCK.finditer(text):
        if block[2] in ("sh", "console", "bash", "shell"):
            yield line_of(text, block.start()), f"{block[2]} {block[3].strip()}".strip(), commands_in(block[4])


def commands_in(text):
    """Without comments and empty lines."""
    lines = (re.sub(r"(^|\s+)# .*$", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


# --- check ---------------------------------------------------------------------------------------------------------------


def wrong_word(source, page, word):
    """Why nobody runs such a block, or nothing."""
    if word == "sh":
        return ""
    if not word.startswith("sh by="):
        return f"```{word}: write ```sh, or ```sh by=FILE"
    runner = source / word.removeprefix("sh by=")
    if not runner.is_file():
        return f"{runner} is not there"
    return "" if page.name in runner.read_text() else f"{runner} does not read {page.name}"


def check(source):
    found = 0
    for page in pages(source):
        text = page.read_text()
        for number, word, commands in blocks_of(text):
            found += len(commands)
            complaint = wrong_word(source, page, word)
            if complaint:
                yield f"{page}:{number}: {complaint}"
        prose = BLOCK.sub(lambda block: "\n" * block[0].count("\n"), text)
        for match in INDENTED.finditer(prose):
            yield f"{page}:{line_of(prose, match.start())}: commands stand in a ```sh block: {match[1]}"
        for program in OURS.findall(text):
            if not (source / program).is_file():
                yield f"{page}: there is no {program}"
    if found < 30:
        yield f"only {found} commands found"


# --- run -----------------------------------------------------------------------------------------------------------------


def is_ours(command):
    return OURS.match(command) is not None


def run(jkproxy, source):
    ran = 0
    for page in pages(source):
        text = page.read_text()
        for number, word, commands in blocks_of(text):
            if word != "sh" or all(map(is_ours, commands)):
                continue
            with tempfile.TemporaryDirectory() as folder, PlayedFarm(jkproxy, Path(folder), text) as farm:
                for command in commands:
                    ran += 1
                    complaint = farm.run(command)
                    if complaint:
                        yield f"{page}:{number}: {command}\n{complaint}"
    if ran == 0:
        yield "nothing was run"


def show(page, heading):
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", Path(page).read_text(), re.MULTILINE | re.DOTALL)
    return [command for _, _, commands in blocks_of(section[1] if section else "") for command in commands]


def main():
    kind, *words = sys.argv[1:]
    if kind == "show":
        lines = show(*words)
        print("\n".join(lines))
        sys.exit(0 if lines else 1)
    complaints = list(check(Path(words[0])) if kind == "check" else run(Path(words[0]), Path(words[1])))
    print("\n".join(complaints))
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
