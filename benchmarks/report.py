"""Writes docs/benchmarks.md from what was measured, with the reasons that stand in benchmarks/notes.md below it."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.searching import Searched

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
SEARCH = "## Search and likeness\n"
IDEAS = "## Ideas\n"
PEERS = "## Beside django-helpdesk\n"
"""Parts of the page that are measured by themselves (`--search`, `--ideas`, `make bench-peers`), in this order."""
NOTES = Path(__file__).parent / "notes.md"


@dataclass(frozen=True)
class Peer:
    """One question to both: rates a second, and the same divided by hello's, by what was asked of the portal."""

    name: str
    theirs: tuple[float, float]
    ours: dict[str, tuple[float, float]]


HEAD = """# Benchmarks

Written by `make bench`; change nothing here by hand (reasons and profiles belong in `benchmarks/notes.md`).

Every figure is a ratio: good answers a second, divided by those of a bare Flask "hello" on the same server program
(granian, 2 processes), with 16 connections, in the same run, alternating, medians. Absolute numbers differ between
machines and days; ratios hardly do. SQLite runs with `synchronous=FULL`, PostgreSQL with `synchronous_commit=on`.
"""


def write_report(sections: Sequence[Any], at: datetime) -> None:
    """Write the page."""
    parts = [HEAD, f"Measured on {at:%d %B %Y} with Python {platform.python_version()}, {_cores()} cores.\n"]
    parts += [_table(sections), _others(sections), _flatness(sections), _profiles(sections)]
    for section in sections:
        parts.append(f"\n### Notes: {section.engine}, {section.cases:,} cases\n")
        parts += [f"- {note}" for note in section.notes]
    if NOTES.exists():
        parts.append("\n" + NOTES.read_text())
    PAGE.parent.mkdir(exist_ok=True)
    kept = [part for mark, part in _parts().items() if mark]
    PAGE.write_text("\n\n".join(text.strip() for text in ("\n".join(parts), *kept)) + "\n")


def write_search(searched: Sequence[Searched], suggested: Sequence[str], at: datetime) -> None:
    """Write the part about search anew; the rest of the page stays."""
    head = (
        f"{SEARCH}\nMeasured on {at:%d %B %Y} with Python {platform.python_version()}, {_cores()} cores, on the real "
        "complaints (multiplied where there are more cases), one question after the other in one process.\n\n"
        "| engine, cases | index, cases/s | query p50 / p95, ms | likeness p50 / p95, ms |\n|---|---|---|---|\n"
        "| *goal on SQLite (Whoosh), 100,000* | *≥ 800* | *≤ 120* | *≤ 150* |\n"
        "| *goal on PostgreSQL, 100,000* | *≥ 800* | *≤ 20* | *≤ 40* |\n"
    )
    rows = "".join(
        f"| {each.engine}, {each.cases:,} | {each.documents:,.0f} | {each.query[0]:.1f} / {each.query[1]:.1f} "
        f"| {each.alike[0]:.1f} / {each.alike[1]:.1f} |\n"
        for each in searched
    )
    notes = "".join(f"- {each.engine}: {note}\n" for each in searched for note in each.quality)
    notes += "".join(f"- suggested topics: {note}\n" for note in suggested)
    _put(SEARCH, f"{head}{rows}\n{notes}")


def write_ideas(sections: Sequence[Any], at: datetime) -> None:
    """Write the part about ideas anew; the rest of the page stays."""
    head = f"{IDEAS}\nMeasured on {at:%d %B %Y} with Python {platform.python_version()}, {_cores()} cores.\n\n"
    notes = "".join(f"- {section.engine}: {note}\n" for section in sections for note in section.notes)
    _put(IDEAS, f"{head}{_table(sections)}\n\n{notes}")


def write_peers(peers: Sequence[Peer], size: int, at: datetime) -> None:
    """Write the part about django-helpdesk anew; the rest of the page stays."""
    head = (
        f"{PEERS}\nMeasured on {at:%d %B %Y} with Python {platform.python_version()}, {_cores()} cores, by "
        f"`make bench-peers`: both with {size:,} cases of the same texts on the same PostgreSQL, each with two "
        "processes of the server that its own documentation recommends (gunicorn there, granian here), in one run. "
        "Ratios are to a bare hello on granian.\n\n"
        "| request | django-helpdesk | the portal | times |\n|---|---|---|---|\n"
    )
    rows = "".join(
        f"| {peer.name} | {peer.theirs[1]:.4f} ({peer.theirs[0]:,.1f}/s) | {name}: {ratio:.3f} ({rate:,.0f}/s) "
        f"| {_times(rate / peer.theirs[0])} |\n"
        for peer in peers
        for name, (rate, ratio) in peer.ours.items()
    )
    _put(PEERS, head + rows)


def _times(many: float) -> str:
    return f"{many:,.0f}" if many >= 10 else f"{many:.1f}"


def _put(mark: str, part: str) -> None:
    """The page with one of its parts written anew."""
    parts = _parts()
    parts[mark] = part
    rest = parts.pop("")
    PAGE.write_text("\n\n".join(text.strip() for text in (rest or HEAD, *(parts[each] for each in parts))) + "\n")


def _parts() -> dict[str, str]:
    """The page, cut before each of its parts."""
    text = PAGE.read_text() if PAGE.exists() else ""
    found = {"": text, SEARCH: "", IDEAS: "", PEERS: ""}
    for mark in (PEERS, IDEAS, SEARCH):
        before, cut, part = found[""].partition(mark)
        found[""], found[mark] = before, f"{cut}{part}"
    return {mark: part for mark, part in found.items() if part or mark == ""}


def _table(sections: Sequence[Any]) -> str:
    names = list(dict.fromkeys(result.row for section in sections for result in section.results))
    lines = [_heading("goal SQLite / PostgreSQL", sections)]
    for name in names:
        cells, goals = [], {}
        for section in sections:
            result = next((each for each in section.results if each.row == name), None)
            if result is None:
                cells.append("")
                continue
            goals[section.engine] = result.goal
            cells.append(f"{result.ratio:.3f}" if result.ratio >= result.goal else f"**{result.ratio:.3f}** (misses)")
        goal = f"{goals.get('sqlite', 0):g} / {goals.get('postgresql', 0):g}"
        lines.append(f"| {name} | {goal} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _others(sections: Sequence[Any]) -> str:
    """Goals that are no rates of a page: a line each, with what was measured in each section."""
    found = {(figure.name, id(section)): figure for section in sections for figure in section.figures}
    goals = {figure.name: figure.goal for section in sections for figure in section.figures}
    lines = ["", _heading("goal", sections)]
    for name, goal in goals.items():
        cells = [found.get((name, id(section))) for section in sections]
        told = ["" if each is None else each.value if each.met else f"**{each.value}** (misses)" for each in cells]
        lines.append(f"| {name} | {goal} | " + " | ".join(told) + " |")
    return "\n".join(lines)


def _flatness(sections: Sequence[Any]) -> str:
    """How many times slower each row is with most cases than with fewest: the rate of few divided by that of many."""
    lines = []
    for engine in dict.fromkeys(section.engine for section in sections):
        ours = sorted((each for each in sections if each.engine == engine), key=lambda each: each.cases)
        many = {result.row: result.ratio for result in ours[-1].results}
        slower = {each.row: each.ratio / many[each.row] for each in ours[0].results if many.get(each.row)}
        if len(ours) > 1 and slower:
            worst = max(slower, key=lambda row: slower[row])
            lines.append(
                f"- {engine}, from {ours[0].cases:,} to {ours[-1].cases:,} cases: "
                f"{sum(times <= 1.2 for times in slower.values())} of {len(slower)} rows are within 20 % (the goal on "
                f"SQLite); the worst, {worst}, takes {slower[worst]:.2f} times as long. The indexes are below."
            )
    return "\n".join(["", *lines]) if lines else ""


def _profiles(sections: Sequence[Any]) -> str:
    """Where the time goes of what misses its goal."""
    found = [(section, each) for section in sections for each in section.profiles]
    if not found:
        return ""
    parts = list(found[0][1].shares)
    lines = [
        "",
        "### Where the time goes, of each row that misses its goal",
        "",
        "Processor time of one request in one process, and the shares of its parts in the time that was profiled (the "
        "profiler makes what is called often look somewhat larger). On PostgreSQL the server's own time comes besides.",
        "",
        f"| request | database | ms | {' | '.join(parts)} |",
        "|---|---|---|" + "---|" * len(parts),
    ]
    for section, each in found:
        shares = " | ".join(f"{each.shares.get(part, 0):.0%}" for part in parts)
        lines.append(f"| {each.row} | {section.engine} {section.cases:,} | {each.milliseconds:.1f} | {shares} |")
    return "\n".join(lines)


def _heading(goal: str, sections: Sequence[Any]) -> str:
    columns = [f"{section.engine} {section.cases:,}" for section in sections]
    return f"| request | {goal} | " + " | ".join(columns) + " |\n|---|---|" + "---|" * len(columns)


def _cores() -> int:
    import os

    return os.cpu_count() or 0
