"""Every text exists in every language, and the check that says so can fail."""

from pathlib import Path

import pytest

from portal import translations_check as checker

GOOD = """msgid "Hello %(name)s"
msgstr "你好，%(name)s"

msgid "%(num)s case"
msgid_plural "%(num)s cases"
msgstr[0] "%(num)s 条"
"""
SOURCE = "_('Hello %(name)s', name=1)\nngettext('%(num)s case', '%(num)s cases', 2)\n"


def test_nothing_is_missing() -> None:
    assert checker.check(checker.extract(checker.sources())) == []


def test_something_is_extracted_from_templates() -> None:
    assert len(checker.extract([checker.ROOT / "templates"])) > 100


def catalogues(folder: Path, text: str) -> list[str]:
    (folder / "code").mkdir()
    (folder / "code" / "module.py").write_text(SOURCE)
    for locale in ("zh_Hans", "zh_Hant"):
        (folder / f"{locale}.po").write_text(checker.HEADER.format(locale=locale) + text)
    return checker.check(checker.extract([folder / "code"]), folder)


def test_complete_catalogues_pass(tmp_path: Path) -> None:
    assert catalogues(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is missing"),
        (GOOD.replace("你好，%(name)s", ""), "is empty"),
        (GOOD.replace("%(num)s 条", " "), "is empty"),
        ("#, fuzzy\n" + GOOD, "is fuzzy"),
        (GOOD.replace("你好，%(name)s", "你好，%(nam)s"), "has placeholders"),
        (GOOD.replace("%(num)s 条", "几条"), "has placeholders"),
        (GOOD.replace("%(num)s 条", "%(num)s 100%"), "stray %"),
        (GOOD + '\nmsgid "Gone"\nmsgstr "没了"\n', "no longer used"),
        (GOOD + '\n#~ msgid "Gone"\n#~ msgstr "没了"\n', "obsolete"),
    ],
)
def test_the_check_can_fail(tmp_path: Path, text: str, fault: str) -> None:
    found = catalogues(tmp_path, text)
    assert any(fault in line for line in found)


def test_update_adds_what_is_new_and_drops_what_is_gone(tmp_path: Path) -> None:
    catalogues(tmp_path, GOOD.replace("Hello", "Hullo"))
    texts = checker.extract([tmp_path / "code"])
    checker.update(texts, tmp_path)
    written = (tmp_path / "zh_Hans.po").read_text()
    assert "Hullo" not in written and "%(num)s 条" in written
    assert any("Hello" in line and "is empty" in line for line in checker.check(texts, tmp_path))
    checker.update(texts, tmp_path)
    assert (tmp_path / "zh_Hans.po").read_text() == written
