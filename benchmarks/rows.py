"""What is measured: each kind of request, the goal for each database, and what a right answer looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Load
from benchmarks.seed import HOST, Seeded

DEEP = 25_000
"""Rows that lie before the second page that is measured, where the list is that long."""


@dataclass(frozen=True)
class Target:
    """What the rows need to know of the portal that is measured."""

    seeded: Seeded
    folder: Path
    customer: str
    staff: str
    deep: str
    etags: dict[str, str]
    forms: Path


@dataclass(frozen=True)
class Row:
    """One line of the table. `cold` measures with nothing kept between requests."""

    name: str
    load: Callable[[Target], Load]
    sqlite: float
    postgresql: float
    status: int = 200
    cold: bool = False
    writes: bool = False


def _case(target: Target) -> str:
    return f"/cases/{target.seeded.references[0]}"


def _as(**headers: str) -> dict[str, str]:
    return {"Host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}}


def _many_cases(target: Target) -> Load:
    paths = target.folder / "paths.txt"
    paths.write_text("\n".join(f"/cases/{reference}" for reference in target.seeded.references))
    return Load("/", _as(), script="paths.lua", arguments=(str(paths),))


def _polled(view: str) -> Callable[[Target], Load]:
    def load(target: Target) -> Load:
        headers = {"If-None-Match": target.etags[view]}
        if view == "owner":
            headers["Cookie"] = target.customer
        return Load(f"{_case(target)}/live", {**_as(), **headers})

    return load


def _listed(query: str) -> Callable[[Target], Load]:
    return lambda target: Load(f"/cases?{query}".rstrip("?"), _as())


ROWS: list[Row] = [
    Row("case page, anonymous, cold", _many_cases, 0.06, 0.04, cold=True),
    Row("case page, anonymous, warm", lambda target: Load(_case(target), _as()), 1.5, 0.30),
    Row("case page, its owner", lambda target: Load(_case(target), _as(Cookie=target.customer)), 0.12, 0.08),
    Row(
        "case page, its owner, cold",
        lambda target: Load(_case(target), _as(Cookie=target.customer)),
        0.12,
        0.08,
        cold=True,
    ),
    Row("304 while polling, anonymous", _polled("public"), 2.0, 0.30, status=304),
    Row("304 while polling, its owner", _polled("owner"), 0.35, 0.20, status=304),
    Row("public list, first page, cold", _listed(""), 0.08, 0.06, cold=True),
    Row("public list, by topic and period, cold", _listed("category=c5&period=365d"), 0.08, 0.06, cold=True),
    Row(
        "public list, far down, cold", lambda target: Load(f"/cases?older={target.deep}", _as()), 0.08, 0.06, cold=True
    ),
    Row("public list, first page", _listed(""), 0.08, 0.06),
    Row("public list, by business", _listed("business=tenant-3"), 0.08, 0.06),
    Row("public list, by category", _listed("category=c5"), 0.08, 0.06),
    Row("public list, by touchpoint", _listed("touchpoint=P7"), 0.08, 0.06),
    Row("public list, by state", _listed("state=in_progress"), 0.08, 0.06),
    Row("public list, by kind", _listed("kind=complaint"), 0.08, 0.06),
    Row("public list, by language", _listed("language=zh_Hant"), 0.08, 0.06),
    Row("public list, by period", _listed("period=365d"), 0.08, 0.06),
    Row("public list, far down", lambda target: Load(f"/cases?older={target.deep}", _as()), 0.08, 0.06),
    Row("desk queue", lambda target: Load("/desk/tenant-0/", _as(Cookie=target.staff)), 0.05, 0.04),
    Row(
        "file a complaint",
        lambda target: Load("/cases", {}, script="forms.lua", arguments=(str(target.forms),)),
        0.03,
        0.02,
        status=201,
        writes=True,
    ),
]
