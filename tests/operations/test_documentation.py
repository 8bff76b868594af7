"""docs/operations.md and the alerts speak of what there is: every metric, event and check, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ALERTS = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
SOURCES = [path.read_text(encoding="utf-8") for path in (ROOT / "portal").rglob("*.py")]


def section(name: str) -> str:
    return re.split(r"^## ", MANUAL.partition(f"## {name}\n")[2], flags=re.M)[0]


def rows(text: str) -> set[str]:
    """What stands in backticks in the first column of its tables."""
    return {
        name
        for line in text.splitlines()
        if line.startswith("|")
        for name in re.findall(r"`([^`]+)`", line.split("|")[1])
    }


@pytest.mark.database
def test_every_metric_is_in_the_table(app, cast):
    app.test_client().get("/healthz")
    text = app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text
    there = set(re.findall(r"^# TYPE (\S+)", text, flags=re.M))
    only_with_an_index = {"daylight_search_documents", "daylight_search_events_behind"}
    assert rows(section("Metrics")) == there | only_with_an_index


def test_alerts_ask_for_metrics_that_there_are():
    known = rows(section("Metrics"))
    rules = [rule for group in ALERTS["groups"] for rule in group["rules"]]
    assert len(rules) >= 8
    for rule in rules:
        assert rule["annotations"]["summary"] and rule["annotations"]["do"]
        for name in re.findall(r"daylight_\w+", rule["expr"]):
            assert name.removesuffix("_bucket") in known, rule["alert"]


def test_every_event_of_the_log_is_in_the_table():
    used = {name for source in SOURCES for name in re.findall(r'\bfields\(\s*"([a-z.]+)"', source)}
    by_itself = {"web.server", "library.…"}
    assert rows(section("Logs")) == used | by_itself


def test_every_check_of_the_doctor_is_in_the_table():
    said = [path.read_text(encoding="utf-8") for path in (ROOT / "portal" / "doctor").glob("*.py")]
    used = {name for source in said for name in re.findall(r'\b(?:ok|warning|failing|by_age)\(\s*"([a-z ]+)"', source)}
    assert rows(section("The doctor")) == used


def test_every_command_that_the_doctor_names_there_is():
    from portal.cli import main

    said = [path.read_text(encoding="utf-8") for path in (ROOT / "portal" / "doctor").glob("*.py")]
    named = {
        found for source in said for found in re.findall(r"\bportal ([a-z]+)(?: ([a-z]+))?(?=[ \"`(,.;)]|$)", source)
    }
    assert {"setup", "deliveries", "search", "ideas", "network"} <= {first for first, _second in named}
    for first, second in named:
        if first in main.commands:
            group = getattr(main.commands[first], "commands", None)
            assert group is None or not second or second in group, (first, second)
