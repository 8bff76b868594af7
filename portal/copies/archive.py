"""The file that a backup is: one zip with a line of JSON for each row, every file of the cases, and a list of contents.

    manifest.json          what it is, of when and of which version, the shape, rows and sum of each table, the files
    tables/<name>.jsonl    the rows of a table, each as the list of its values in the order of the shape
    files/<key>            a photo or document, as it was stored

Any program can read it without this one. The list of contents is written last: without it a file is no backup.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from portal.copies.rows import Sum
from portal.copies.shapes import Shape

FORMAT = 1
MANIFEST = "manifest.json"
DAMAGED = (zipfile.BadZipFile, zlib.error, KeyError, EOFError, UnicodeDecodeError)


class NoBackup(ValueError):
    """The file is no backup, or a damaged one, or of a format that this version does not know."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself. `files` holds the SHA-256 of each by its key."""

    made_at: datetime
    program: str
    database: str
    revision: str
    shapes: list[Shape]
    sums: dict[str, Sum]
    files: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "made_at": self.made_at.isoformat(),
            "program": self.program,
            "database": self.database,
            "revision": self.revision,
            "tables": [
                {**shape.as_json(), "rows": self.sums[shape.name].rows, "sum": self.sums[shape.name].digest}
                for shape in self.shapes
            ],
            "files": self.files,
        }

    @classmethod
    def of_json(cls, said: dict[str, Any]) -> Manifest:
        if said["format"] != FORMAT:
            raise NoBackup(f"format {said['format']} is not known")
        return cls(
            datetime.fromisoformat(said["made_at"]),
            said["program"],
            said["database"],
            said["revision"],
            [Shape.of_json(each) for each in said["tables"]],
            {each["name"]: Sum(each["rows"], int(each["sum"], 16)) for each in said["tables"]},
            said["files"],
        )


class Writer:
    """Writes a backup beside its final name, readable by its owner alone, and gives it that name once it is whole."""

    def __init__(self, path: Path) -> None:
        self._path, self._draft = path, path.with_name(f"{path.name}.part")

    def __enter__(self) -> Writer:
        self._draft.unlink(missing_ok=True)
        self._file = os.fdopen(os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=4)
        return self

    def __exit__(self, failure: object, *_rest: object) -> None:
        try:
            if failure is None:
                self._zip.close()
                self._file.flush()
                os.fsync(self._file.fileno())
                self._draft.replace(self._path)
        finally:
            self._file.close()
            self._draft.unlink(missing_ok=True)

    def table(self, shape: Shape, lines: Iterator[str]) -> Sum:
        """Write the rows of a table; gives their sum."""
        total = Sum()
        with self._zip.open(f"tables/{shape.name}.jsonl", "w", force_zip64=True) as out:
            for line in lines:
                total.add(line)
                out.write(line.encode() + b"\n")
        return total

    def file(self, key: str, content: bytes) -> None:
        """Photos and documents are packed already."""
        self._zip.writestr(zipfile.ZipInfo(f"files/{key}"), content, zipfile.ZIP_STORED)

    def finish(self, manifest: Manifest) -> None:
        self._zip.writestr(MANIFEST, json.dumps(manifest.as_json(), indent=1))


class Reader:
    """Reads a backup. Raises NoBackup for what is none; every byte is checked against its CRC as it is read."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest = Manifest.of_json(json.loads(self._zip.read(MANIFEST)))
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as problem:
            raise NoBackup(str(problem)) from problem

    def lines(self, shape: Shape) -> Generator[str]:
        try:
            with self._zip.open(f"tables/{shape.name}.jsonl") as packed:
                for line in io.TextIOWrapper(packed, "utf-8", newline="\n"):
                    yield line.rstrip("\n")
        except DAMAGED as problem:
            raise NoBackup(f"{shape.name}: {problem}") from problem

    def file(self, key: str) -> bytes:
        try:
            return self._zip.read(f"files/{key}")
        except DAMAGED as problem:
            raise NoBackup(f"file {key}: {problem}") from problem

    def close(self) -> None:
        self._zip.close()
