"""What the log may repeat of an error: its kind and its place, and its words only where a program wrote them.

`ValueError("invalid literal for int(): 'what a customer typed'")` says what a customer typed, a refused recipient says
an address, and a database that refuses a row names its values. So the words of an error are withheld, but for the kinds
below, whose words are never anybody's. The kind and the frames nearly always tell enough to find the mistake.
"""

from __future__ import annotations

import smtplib
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from jinja2 import TemplateRuntimeError, TemplateSyntaxError
from sqlalchemy.exc import DBAPIError

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = "site-packages/"
LONGEST = 300
PLAIN = (AttributeError, TypeError, NameError, ImportError, RecursionError, MemoryError, NotImplementedError)
"""Their words are made of names in the code."""
TEMPLATES = (TemplateRuntimeError, TemplateSyntaxError)
WALLS = ("tenants.scope", "tenants.guard", "tenants.proof")
"""Modules whose errors speak of tables and rules alone."""


def safely(problem: BaseException) -> str:
    """An error in one line that holds no word of anybody: its kind, and what may be repeated."""
    said = _said(problem)
    if not said and problem.__cause__ is not None:
        said = safely(problem.__cause__)
    named = type(problem).__name__
    return f"{named}: {said[:LONGEST]}" if said else named


def story(problem: BaseException) -> list[str]:
    """A traceback without words: each error of the chain, the first cause first, after the places it came through."""
    lines: list[str] = []
    for each in reversed(list(_chain(problem))):
        frames = traceback.extract_tb(each.__traceback__)
        lines += [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        lines.append(safely(each))
    return lines


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    met: set[int] = set()
    while problem is not None and id(problem) not in met:
        met.add(id(problem))
        yield problem
        problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)


def _place(path: str) -> str:
    if LIBRARIES in path:
        return path.rpartition(LIBRARIES)[2]
    return path.removeprefix(f"{ROOT}/")


def _said(problem: BaseException) -> str:
    if isinstance(problem, DBAPIError):
        return _said(problem.orig) if problem.orig is not None else ""
    if isinstance(problem, PLAIN + TEMPLATES) or type(problem).__module__ in WALLS:
        return str(problem).partition("\n")[0]
    for kind, say in SAYING.items():
        if isinstance(problem, kind):
            return say(problem)
    return ""


def _of_postgresql(problem: Any) -> str:
    """PostgreSQL's own words quote values; its code and the names of what was violated do not."""
    if problem.sqlstate is None:
        return str(problem).partition("\n")[0] if isinstance(problem, psycopg.OperationalError) else ""
    violated = problem.diag.constraint_name or problem.diag.table_name or ""
    return f"{problem.sqlstate} {violated}".strip()


def _of_mail(problem: BaseException) -> str:
    """The answer of a mail server repeats the address; its number does not."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return " ".join(sorted({str(code) for code, _words in problem.recipients.values()}))
    return str(problem.smtp_code) if isinstance(problem, smtplib.SMTPResponseException) else ""


def _of_system(problem: Any) -> str:
    """Without the name of the file: it may hold a key."""
    return str(problem.strerror or "")


def _of_sqlite(problem: BaseException) -> str:
    """SQLite names tables and columns, never values."""
    return str(problem).partition("\n")[0]


SAYING: dict[type[BaseException], Callable[[BaseException], str]] = {
    psycopg.Error: _of_postgresql,
    sqlite3.Error: _of_sqlite,
    smtplib.SMTPException: _of_mail,
    OSError: _of_system,
}
"""In this order: an error of mail is also one of the system."""
