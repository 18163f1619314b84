"""The figures of a run as part of docs/performance.md."""
import re
import statistics

import farm
from farm import ROOT, Failed

PAGE = ROOT / "docs" / "performance.md"
PART = re.compile(r"(<!-- figures: bench/run --write -->\n).*?(<!-- end of figures -->)", re.DOTALL)


def cell(contender, name):
    """Microseconds of CPU a request: the median of the rounds, the smallest and the largest."""
    turns = contender.results.get(name)
    if not turns:
        return "–"
    cost = [seen["us"] for seen in turns]
    return f"{statistics.median(cost):.1f} ({min(cost):.1f}–{max(cost):.1f})"


def row(name, title, proxies, ratio):
    by_name = {contender.name: contender for contender in proxies}
    reached = ratio(by_name["jkproxy"], by_name["haproxy"], name)
    return f"| {title} | {' | '.join(cell(each, name) for each in proxies)} | {reached:.2f} |"


def figures(loads, proxies, ratio, description, notes):
    names = [contender.name for contender in proxies]
    lines = [f"| | {' | '.join(names)} | jkproxy / haproxy |",
             "|---" * (len(names) + 2) + "|"]
    lines += [row(name, title, proxies, ratio) for name, (title, _) in loads.items()]
    return "\n".join([*lines, "", "```", *description, "```", "", *(f"- {note}" for note in notes)])


def write(*parts):
    text = PAGE.read_text()
    if not PART.search(text):
        raise Failed(f"{PAGE} has no place for figures")
    made = figures(*parts).replace(str(farm.RUN_DIR), "build/bench-run").replace(f"{ROOT}/", "")
    PAGE.write_text(PART.sub(lambda part: f"{part[1]}{made}\n{part[2]}", text))
