"""What was measured before: one size or one engine can be measured again, and the others stay in the report.

Only sections of one day belong in one table, so those of another day are left out.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from benchmarks.measuring import Figure, Result, Section
from benchmarks.profiles import Profile

MEASURED = Path(__file__).parent / "measured.json"


def with_earlier(section: Section, at: datetime) -> list[Section]:
    """It, and the other sections that were measured on the day of `at`; remembered for the next time."""
    earlier = _read(f"{at:%Y-%m-%d}") if MEASURED.exists() else []
    whole = [*(each for each in earlier if (each.engine, each.cases) != (section.engine, section.cases)), section]
    whole.sort(key=lambda each: (each.cases, each.engine != "sqlite"))
    kept = {"day": f"{at:%Y-%m-%d}", "sections": [asdict(each) for each in whole]}
    MEASURED.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return whole


def _read(day: str) -> list[Section]:
    kept = json.loads(MEASURED.read_text(encoding="utf-8"))
    if kept["day"] != day:
        return []
    return [
        Section(
            each["engine"],
            each["cases"],
            [Result(**result) for result in each["results"]],
            [Figure(**figure) for figure in each["figures"]],
            each["notes"],
            [Profile(**profile) for profile in each.get("profiles", [])],
        )
        for each in kept["sections"]
    ]
