#!/usr/bin/env python3
"""Checks what the documentation shows by the program itself.

usage: check_docs.py examples|blocks|links JKPROXY SOURCE

examples  every docs/examples/*.yaml passes -t, and so does what -T prints of it
blocks    every ```yaml block of README.md and docs/ passes -t. Behind the word `yaml` may stand
            file=NAME  the block is docs/examples/NAME, byte for byte
            fragment   sections of a file; listeners and workers are added where they are missing
            wrong      -t says exactly what the ```text block behind it shows
          and every ```xml block is well-formed.
links     every relative link of README.md and docs/ leads somewhere
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

BASE = {
    "listeners": 'listeners: [{ bind: ":80" }]\n',
    "workers": "workers:\n"
    + "".join(f'  node{i}: {{ url: "http://10.0.0.1{i}:8080" }}\n' for i in (1, 2, 3)),
}
BLOCK = re.compile(r"^( *)```(\w+)([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")


def pages(source):
    return [source / "README.md", *sorted((source / "docs").rglob("*.md"))]


def run(jkproxy, *words, cwd=None):
    return subprocess.run([jkproxy, *words], cwd=cwd, capture_output=True, text=True, timeout=60,
                          check=False)


def complaints_about(jkproxy, yaml):
    """What -t says about the text, as about a file jkproxy.yaml; warnings count."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "jkproxy.yaml").write_text(yaml)
        result = run(jkproxy, "-t", "-c", "jkproxy.yaml", cwd=folder)
        return result.stderr if result.returncode == 0 or result.stderr else "no word\n"


def complaints_about_xml(xml):
    try:
        ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        return str(error)
    return ""


def check_examples(jkproxy, source):
    files = sorted((source / "docs" / "examples").glob("*.yaml"))
    for file in files:
        yield from tell(file, complaints_about(jkproxy, file.read_text()))
        printed = run(jkproxy, "-T", "-c", str(file)).stdout
        again = complaints_about(jkproxy, printed)
        if again:
            yield f"{file}: what -T prints: {again}"
        mentioned = any(f"examples/{file.name}" in page.read_text() for page in pages(source))
        if not mentioned:
            yield f"{file}: no page leads to it"
    if not files:
        yield "no examples"


def tell(place, complaint):
    if complaint:
        yield f"{place}: {complaint}"


def without_indent(text, indent):
    return "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))


def whole(fragment):
    present = set(re.findall(r"^(\w+):", fragment, re.MULTILINE))
    return "".join(text for key, text in BASE.items() if key not in present) + fragment


def check_block(jkproxy, source, kind, yaml, shown):
    """`shown`: the text block behind it, or nothing."""
    if kind.startswith("file="):
        example = source / "docs" / "examples" / kind.removeprefix("file=")
        return "" if example.read_text() == yaml else f"is not {example}\n"
    if kind == "fragment":
        return complaints_about(jkproxy, whole(yaml))
    if kind == "wrong":
        said = complaints_about(jkproxy, yaml)
        return "" if said == shown else f"-t says\n{said}"
    return complaints_about(jkproxy, yaml) if kind == "" else f"unknown word {kind}\n"


def check_blocks(jkproxy, source):
    checked = 0
    for page in pages(source):
        blocks = list(BLOCK.finditer(page.read_text()))
        for block, following in zip(blocks, [*blocks[1:], None]):
            indent, language, kind, text = block.groups()
            line = page.read_text()[: block.start()].count("\n") + 1
            if language == "xml":
                yield from tell(f"{page}:{line}", complaints_about_xml(text))
            if language != "yaml":
                continue
            checked += 1
            is_text = following is not None and following[2] == "text"
            yield from tell(f"{page}:{line}",
                            check_block(jkproxy, source, kind.strip(),
                                        without_indent(text, indent),
                                        following[4] if is_text else None))
    if checked < 5:
        yield f"only {checked} blocks found"


def anchors(page):
    for heading in re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def check_links(_, source):
    for page in pages(source):
        text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
        for link in LINK.findall(text):
            if re.match(r"\w+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            if not target.exists():
                yield f"{page}: {link}: no such file"
            elif anchor and anchor not in anchors(target):
                yield f"{page}: {link}: no such heading"


def main():
    _, kind, jkproxy, source = sys.argv
    check = {"examples": check_examples, "blocks": check_blocks, "links": check_links}[kind]
    complaints = list(check(jkproxy, Path(source)))
    print("".join(complaint.rstrip("\n") + "\n" for complaint in complaints), end="")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
