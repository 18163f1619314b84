#!/usr/bin/env python3
"""Writes jkproxy.yaml(5): the template, with the table of keys of docs/configuration.md as mdoc.

usage: keys_page.py CONFIGURATION.MD TEMPLATE OUTPUT
"""

import re
import sys
from pathlib import Path

COLUMNS = ["key", "meaning", "type", "default", "example"]


def cells(line):
    parts = re.split(r"(?<!\\)\|", line.strip())[1:-1]
    return [part.strip().replace(r"\|", "|") for part in parts]


def rows(markdown):
    lines = iter(markdown.splitlines())
    for line in lines:
        if not line.startswith("| key |"):
            continue
        if cells(line) != COLUMNS:
            sys.exit(f"keys_page.py: the columns are not {COLUMNS}: {line}")
        next(lines)
        for row in lines:
            if not row.startswith("|"):
                break
            if len(cells(row)) != len(COLUMNS):
                sys.exit(f"keys_page.py: not {len(COLUMNS)} cells: {row}")
            yield dict(zip(COLUMNS, cells(row)))


def escaped(text):
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return r"\&" + text if text.startswith((".", "'")) else text


def inline(text):
    """Code in bold, links as their text."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        sys.exit(f"keys_page.py: a backtick without its other one: {text}")
    bold = [rf"\fB{escaped(p)}\fP" if i % 2 else escaped(p) for i, p in enumerate(pieces)]
    return "".join(bold)


def sentence(text):
    text = inline(text)
    start = re.match(r"(\\&)?", text).end()
    text = text[:start] + text[start:start + 1].upper() + text[start + 1:] + "."
    return re.sub(r"\. (?=[A-Z])", ".\n", text)  # mdoc wants each on a line of its own


def entry(row):
    key = row["key"].strip("`")
    lines = [rf".It Sy {escaped(key)}", sentence(row["meaning"])]
    for column in ("type", "default", "example"):
        if row[column]:
            lines += [".br", f"{column.capitalize()}: {inline(row[column])}"]
    return lines


def keys(markdown):
    lines, section = [], None
    for row in rows(markdown):
        first = re.match(r"`(\w+)", row["key"]).group(1)
        if first != section:
            if section:
                lines.append(".El")
            lines += [f".Ss {first}", ".Bl -tag -width Ds"]
            section = first
        lines += entry(row)
    if not lines:
        sys.exit("keys_page.py: there is no table of keys")
    return lines + [".El"]


def main():
    _, configuration, template, output = sys.argv
    page = Path(template).read_text()
    text = "\n".join(keys(Path(configuration).read_text()))
    Path(output).write_text(page.replace("@KEYS@", text))


if __name__ == "__main__":
    main()
