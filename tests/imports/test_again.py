"""Runs that are interrupted, repeated, or made at the same time."""

from datetime import timedelta
from itertools import islice

import pytest
from sqlalchemy import select

from portal.cases.models import Case
from portal.imports import importing
from portal.imports.checking import Manner
from portal.imports.importing import import_lines
from portal.imports.models import ImportedLine
from portal.imports.reading import mapping_of, source_of
from portal.worker.main import until_idle
from tenants.models import Tenant
from tenants.scope import Scope, db, entered
from tests.imports.lines import a_line, cases, count, run, some, sources, write
from tests.play import at_once, case_of, kinds_of
from tests.worker.invariants import check_all

pytestmark = pytest.mark.database


def test_a_second_run_imports_nothing_and_a_longer_file_is_another(cast, bring):
    assert bring(*some(3)) == (3, 0, {})
    assert bring(*some(3)) == (0, 3, {})
    assert bring(*some(4)) == (4, 0, {})


def test_an_interrupted_run_goes_on(cast, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "LINES", 4)
    source, manner = write(tmp_path / "a.jsonl", some(10)), Manner(cast.riverside, True)
    steps = list(islice(import_lines(source, manner), 2))
    assert sum(len(step.outcomes) for step in steps) == 8
    assert run(source, manner) == (2, 8, {})
    assert sources(cast) == list(range(1, 11))


def test_a_transaction_that_fails_leaves_nothing_of_its_lines(cast, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "LINES", 4)
    source, manner = write(tmp_path / "a.jsonl", some(10)), Manner(cast.riverside, True)
    remember, calls = importing._remember, []

    def fail(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError("the machine is gone")
        remember(*arguments)

    monkeypatch.setattr(importing, "_remember", fail)
    with pytest.raises(RuntimeError):
        run(source, manner)
    assert sources(cast) == [1, 2, 3, 4] and count(ImportedLine) == [4]
    assert run(source, manner) == (6, 4, {})
    assert sources(cast) == list(range(1, 11))


def test_refused_lines_are_tried_again(cast, bring):
    lines = [a_line(), a_line(business="Acme")]
    assert bring(*lines) == (1, 0, {2: "there is no business 'Acme'"})
    assert bring(*lines) == (0, 1, {2: "there is no business 'Acme'"})
    assert bring(*lines, create=True) == (1, 1, {})
    assert bring(*lines) == (0, 2, {})
    assert count(ImportedLine, Case) == [2, 2]


def test_a_transaction_is_short(cast, tmp_path, monkeypatch):
    """When fifty lines take longer than a tenth of a second, it ends earlier."""
    monkeypatch.setattr(importing, "SECONDS", 0)
    source = write(tmp_path / "a.jsonl", some(5))
    steps = list(import_lines(source, Manner(cast.riverside, True)))
    assert [len(step.outcomes) for step in steps] == [1] * 5
    assert importing.LINES == 50


def test_three_runs_at_once_make_each_line_once(app, cast, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "LINES", 5)
    lines = [a_line(id=number, text=f"Number {number}", business=f"Firm {number % 3}") for number in range(1, 41)]
    source = write(tmp_path / "a.jsonl", lines)
    manner = Manner(cast.riverside, True, True)
    results = at_once(app, [lambda: run(source, manner)] * 3)
    assert not [result for result in results if isinstance(result, Exception)]
    assert sum(imported for imported, _before, _refused in results) == 40
    assert {imported + before for imported, before, _refused in results} == {40}
    assert sources(cast) == list(range(1, 41)) and count(ImportedLine, Tenant) == [40, 7]
    until_idle()
    check_all()


def test_an_import_into_one_network_is_nothing_to_another(cast, bring, tmp_path):
    bring(a_line())
    source = source_of(tmp_path / "some.jsonl", None, mapping_of(""))
    assert run(source, Manner(cast.northport, True, True)) == (1, 0, {})
    with entered(Scope.system(cast.northport)):
        assert db.session.scalar(select(Tenant.slug).where(Tenant.name["en"].as_string() == "Meridian Air"))
    assert len(cases(cast)) == 1 and kinds_of(cast, cases(cast)[0].id) == ["case.reported", "case.published"]
    assert case_of(cast, cases(cast)[0].id).closed_at


def test_a_case_of_long_ago_sorts_behind(cast, bring, hand):
    bring(a_line(id=1), a_line(id=2, at="2014-01-01"), a_line(id=3, at="2013-01-01"))
    hand.move(timedelta(days=1))
    assert sources(cast) == [1, 2, 3]
    reported = [case.reported_at.year for case in cases(cast)]
    assert reported == sorted(reported)
