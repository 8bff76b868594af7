"""What a template may contain (the content security policy forbids the rest), and how heavy a page is."""

import gzip
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, FileSystemLoader

from portal import paths

TEMPLATES = sorted(paths.templates().rglob("*.html"))
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.I),
    "a <style> element": re.compile(r"<style\b", re.I),
    "an inline script": re.compile(r"<script\b(?![^>]*\ssrc=)", re.I),
    "an event handler": re.compile(r"\son[a-z]+\s*=", re.I),
    "hx-on": re.compile(r"\shx-on", re.I),
    "a value that htmx would evaluate": re.compile(r"[\"'](js|javascript):", re.I),
    "a trigger filter": re.compile(r"hx-trigger=\"[^\"]*\["),
    "something from another server": re.compile(r"(src|href)=[\"'](https?:)?//", re.I),
    "text taken out of autoescape": re.compile(r"\|\s*safe\b|autoescape false"),
}


def found_in(text: str) -> list[str]:
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
    return [name for name, pattern in FORBIDDEN.items() if pattern.search(text)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_nothing_inline(path: Path) -> None:
    assert found_in(path.read_text()) == []


@pytest.mark.parametrize(
    "bad",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        "<script>alert(1)</script>",
        '<a onclick="x()">',
        '<a hx-on:click="x()">',
        "<a hx-vals='js:{a:1}'>",
        '<a hx-trigger="click[ctrlKey]">',
        '<img src="//elsewhere.example/x.png">',
        "{{ text|safe }}",
    ],
)
def test_the_search_for_it_can_fail(bad: str) -> None:
    assert len(found_in(bad)) == 1


def environment() -> Environment:
    env = Flask(__name__).jinja_env
    env.loader = FileSystemLoader(paths.templates())
    env.add_extension("jinja2.ext.i18n")
    for name in ("when", "when_text", "day", "duration", "utc_stamp", "local", "number", "money", "zone_name"):
        env.filters[name] = str
    return env


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_parses_and_says_what_it_needs(path: Path) -> None:
    environment().get_template(path.relative_to(paths.templates()).as_posix())
    assert path.read_text().startswith("{#"), "begin with a comment that lists the variables"


def test_texts_of_people_stand_where_htmx_does_not_look() -> None:
    """The names that carry what people typed, wherever they are printed as content of an element."""
    naked = re.compile(
        r"<(\w+)(?P<attributes>[^>]*)>\s*\{\{ (case\.title|row\.title|entry\.text|promise\.what|case\.wish) \}\}"
    )
    for path in TEMPLATES:
        for hit in naked.finditer(path.read_text()):
            before = path.read_text()[: hit.start()].rsplit("\n", 1)[-1]
            assert "hx-disable" in hit["attributes"] + before, f"{path.name}: {hit.group(0)}"


def test_htmx_is_told_not_to_evaluate_anything() -> None:
    base = (paths.templates() / "base.html").read_text()
    config = json.loads(re.search(r"name=\"htmx-config\" content='([^']+)'", base).group(1))  # type: ignore[union-attr]
    assert config["allowEval"] is False and config["allowScriptTags"] is False and config["selfRequestsOnly"] is True
    assert config["includeIndicatorStyles"] is False and config["historyCacheSize"] == 0
    assert config["responseHandling"][0] == {"code": "304", "swap": False}


@pytest.mark.parametrize(
    ("names", "kilobytes"), [(["app.css"], 8), (["app.js"], 3), (["app.js", "vendor/htmx.min.js"], 20)], ids=str
)
def test_what_a_browser_loads_stays_small(names: list[str], kilobytes: int) -> None:
    size = sum(len(gzip.compress((paths.static() / name).read_bytes(), 9, mtime=0)) for name in names)
    assert size <= kilobytes * 1024
