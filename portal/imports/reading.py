"""Reading a file of cases line by line: CSV or JSON lines, plain or gzipped, without ever holding all of it.

What comes out is a `Line`: either its fields, or the reason why it cannot be read. Nothing here knows the database.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

FIELDS = ("id", "lang", "text", "business", "reason", "source", "at", "touchpoint", "wish", "visibility")
"""What a line may tell us. Each is read from the column of that name, unless the mapping names another."""
LONGEST_LINE = 1_000_000
CHUNK = 1 << 20
GZIP = b"\x1f\x8b"


class Unreadable(ValueError):
    """The file cannot be read as what it is said to be; the text says why."""


class WrongMapping(ValueError):
    """The mapping names a field or a column that there is not."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record: where it begins in the file (from 1), its fields as text, and why it is refused, if it is."""

    number: int
    fields: Mapping[str, str]
    content: str
    refused: str = ""


@dataclass(frozen=True)
class Source:
    """A file whose every byte has been seen once. `sha256` is of its content, packed or not."""

    path: Path
    form: str
    mapping: Mapping[str, str]
    sha256: str
    line_breaks: int

    def lines(self) -> Iterator[Line]:
        """Every record, in order. Empty lines are none."""
        with _opened(self.path) as file:
            yield from _csv(file, self.mapping) if self.form == "csv" else _json_lines(file, self.mapping)


def mapping_of(spec: str) -> dict[str, str]:
    """`text=Complaint,business=Airline` as field → column. Raises WrongMapping."""
    mapping = {name: name for name in FIELDS}
    for pair in filter(None, spec.split(",")):
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column or name not in mapping:
            raise WrongMapping(f"'{pair}' is not FIELD=COLUMN with one of the fields {', '.join(FIELDS)}")
        mapping[name] = column
    return mapping


def source_of(path: Path, form: str | None, mapping: Mapping[str, str]) -> Source:
    """Look at all of the file once. Raises Unreadable, or WrongMapping for a column that it does not have."""
    digest, breaks = hashlib.sha256(), 0
    try:
        with _opened(path) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                breaks += chunk.count(b"\n")
        source = Source(path, form or _form_of(path), mapping, digest.hexdigest(), breaks)
        if source.form == "csv":
            _check_columns(source)
    except (OSError, EOFError, zlib.error) as problem:
        raise Unreadable(f"{path}: {problem}") from None
    return source


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        is_packed = file.read(2) == GZIP
    return cast(IO[bytes], gzip.open(path)) if is_packed else path.open("rb")


def _form_of(path: Path) -> str:
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".csv"):
        return "csv"
    if name.endswith((".jsonl", ".ndjson")):
        return "jsonl"
    raise Unreadable(f"{path}: neither .csv nor .jsonl by its name; say which with --format")


def _json_lines(file: IO[bytes], mapping: Mapping[str, str]) -> Iterator[Line]:
    number = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            while raw and not raw.endswith(b"\n"):
                raw = file.readline(LONGEST_LINE)
            yield Line(number, {}, "", f"longer than {LONGEST_LINE} bytes")
        elif raw.strip():
            yield _json_line(number, raw, mapping)


def _json_line(number: int, raw: bytes, mapping: Mapping[str, str]) -> Line:
    content = raw.decode("utf-8-sig", errors="replace").rstrip("\r\n")
    try:
        told = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Line(number, {}, content, "not UTF-8")
    except (ValueError, RecursionError):
        return Line(number, {}, content, "not JSON")
    if not isinstance(told, dict):
        return Line(number, {}, content, "not a JSON object")
    values = {name: told.get(column) for name, column in mapping.items()}
    if wrong := [name for name, value in values.items() if isinstance(value, dict | list | bool)]:
        return Line(number, {}, content, f"{wrong[0]} is not a text")
    return _checked(number, {name: _text(value) for name, value in values.items()}, content)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _csv(file: IO[bytes], mapping: Mapping[str, str]) -> Iterator[Line]:
    with io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="") as text:
        records = csv.reader(text)
        header = next(records, [])
        while True:
            number = records.line_num + 1
            try:
                record = next(records, None)
            except csv.Error as problem:
                yield Line(number, {}, "", f"not CSV: {problem}")
                continue
            if record is None:
                return
            if record:
                yield _csv_line(number, header, record, mapping)


def _csv_line(number: int, header: list[str], record: list[str], mapping: Mapping[str, str]) -> Line:
    content = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace").decode()
    if len(record) != len(header):
        return Line(number, {}, content, f"{len(record)} columns instead of {len(header)}")
    told = dict(zip(header, record, strict=True))
    return _checked(number, {name: told.get(column, "") for name, column in mapping.items()}, content)


def _checked(number: int, fields: Mapping[str, str], content: str) -> Line:
    for name, value in fields.items():
        if "\0" in value:
            return Line(number, {}, content, f"{name} holds a NUL character")
        if not _is_unicode(value):
            return Line(number, {}, content, f"{name} is not valid Unicode")
    return Line(number, fields, content)


def _is_unicode(value: str) -> bool:
    """Whether this can be written as UTF-8: JSON may spell half of a surrogate pair, and CSV hold other bytes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_columns(source: Source) -> None:
    with _opened(source.path) as file, io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="") as text:
        try:
            header = next(csv.reader(text), [])
        except csv.Error as problem:
            raise Unreadable(f"{source.path}: {problem}") from None
    renamed = {column for name, column in source.mapping.items() if column != name}
    if missing := sorted((renamed | {source.mapping["text"]}) - set(header)):
        raise WrongMapping(f"the file has no column {', '.join(missing)}; it has {', '.join(header) or 'none'}")
