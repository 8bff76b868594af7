"""The log: which values a line has, and that what errors, libraries and databases say of people is not in it."""

from __future__ import annotations

import json
import logging
import smtplib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from portal import logs, server_log
from portal.config import Settings
from portal.files.storage import StorageAway
from portal.withholding import safely
from tenants.guard import ReadOnly

WORDS = "My suitcase is grey"


def line_of(record: logging.LogRecord, form: logging.Formatter | None = None) -> str:
    return (form or logs.Json()).format(record)


def record(message: str, *given: object, name: str = "portal.here", **more: object) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.WARNING, "here.py", 1, message, given, None)
    made.__dict__.update(more)
    return made


def raised(problem: BaseException) -> logging.LogRecord:
    try:
        raise problem
    except BaseException as caught:
        made = record("something failed")
        made.exc_info = (type(caught), caught, caught.__traceback__)
        return made


def test_a_line_is_one_json_object_with_what_holds_for_a_while() -> None:
    with logs.about(request_id="abc", run=None):
        line = json.loads(line_of(record("it failed", **logs.fields("thing.failed", thing=7, other=None))))
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "WARNING",
        "event": "thing.failed",
        "message": "it failed",
        "request_id": "abc",
        "run": None,
        "thing": 7,
    }
    assert "request_id" not in json.loads(line_of(record("later")))


def test_nothing_can_begin_a_line_of_its_own() -> None:
    told = record("it failed", **logs.fields("thing.failed", thing='a\n{"event": "forged"}'))
    for form in (logs.Json(), logs.Text()):
        assert line_of(told, form).count("\n") == 0


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (ValueError(WORDS), "ValueError"),
        (KeyError(WORDS), "KeyError"),
        (RuntimeError(WORDS), "RuntimeError"),
        (UnicodeDecodeError("utf-8", WORDS.encode(), 0, 1, WORDS), "UnicodeDecodeError"),
        (OSError(28, "No space left on device", f"/files/{WORDS}"), "OSError: No space left on device"),
        (smtplib.SMTPRecipientsRefused({WORDS: (550, WORDS.encode())}), "SMTPRecipientsRefused: 550"),
        (smtplib.SMTPSenderRefused(553, WORDS.encode(), WORDS), "SMTPSenderRefused: 553"),
        (sqlite3.OperationalError("database is locked"), "OperationalError: database is locked"),
        (TypeError("'<' not supported"), "TypeError: '<' not supported"),
        (ReadOnly("a write on cases outside writing()"), "ReadOnly: a write on cases outside writing()"),
        (
            IntegrityError("INSERT", {"x": WORDS}, sqlite3.IntegrityError("UNIQUE constraint failed: users.email")),
            "IntegrityError: UNIQUE constraint failed: users.email",
        ),
    ],
)
def test_an_error_is_told_without_words_of_people(problem: BaseException, said: str) -> None:
    assert safely(problem) == said
    for form in (logs.Json(), logs.Text(), server_log.Json()):
        told = line_of(raised(problem), form)
        assert WORDS not in told
        assert type(problem).__name__ in told
        assert "test_logs.py:" in told, "the places are told"


def test_the_cause_is_told_and_so_are_the_places_of_the_whole_chain() -> None:
    try:
        try:
            raise OSError(28, "No space left on device", WORDS)
        except OSError as cause:
            raise StorageAway(WORDS) from cause
    except StorageAway as problem:
        told = line_of(raised(problem))
    assert "StorageAway: OSError: No space left on device" in told
    assert WORDS not in told


def test_an_error_among_the_values_of_a_sentence_is_told_so_too() -> None:
    assert WORDS not in line_of(record("it failed: %s", ValueError(WORDS)))
    assert WORDS not in line_of(record("it failed", **logs.fields("it", problem=ValueError(WORDS))))


def test_a_sentence_with_too_many_values_is_told_without_them() -> None:
    line = json.loads(line_of(record("it failed", WORDS)))
    assert line["message"] == "it failed"


def test_of_a_library_only_what_it_always_says_is_told() -> None:
    line = line_of(record("refused %s", WORDS, name="some.library"))
    assert WORDS not in line
    assert json.loads(line)["event"] == "library.some.library"
    assert "refused" in line


@pytest.fixture
def root() -> object:
    """The root logger, put back afterwards."""
    kept = logging.getLogger()
    before, level = kept.handlers[:], kept.level
    yield kept
    kept.handlers[:], kept.level = before, level
    logging.captureWarnings(False)
    logging.raiseExceptions = True


@pytest.mark.parametrize(
    ("variables", "kind"),
    [
        ({}, logs.Text),
        ({"log_format": "json"}, logs.Json),
        ({"environment": "production", "public_url": "https://f.example.org"}, logs.Json),
        ({"log_level": "DEBUG"}, logs.Outspoken),
        ({"log_level": "DEBUG", "environment": "production", "public_url": "https://f.example.org"}, logs.Json),
    ],
)
def test_the_settings_choose_the_form(
    root: logging.Logger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], kind: type
) -> None:
    monkeypatch.setattr("sys.excepthook", None)
    monkeypatch.setattr("threading.excepthook", None)
    logs.configure(Settings(secret_key="s" * 32, data_dir=tmp_path, **variables))
    (handler,) = root.handlers
    assert type(handler.formatter) is kind
    assert not handler.filter(logging.LogRecord("botocore", logging.DEBUG, "", 1, WORDS, (), None))
    assert handler.filter(logging.LogRecord("portal.x", logging.DEBUG, "", 1, "it began", (), None))
