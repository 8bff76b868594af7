"""Are the translations complete? `python -m portal.translations_check` lists what is not; `--update` merges new texts.

Every text between `_( )`, `gettext( )`, `ngettext( )`, `pgettext( )` or `lazy_gettext( )` in Python or a template must
stand in each catalogue, translated, not fuzzy, with the same placeholders; nothing may stand there that is no longer
used. Catalogues are sorted and carry no line numbers, so that two branches seldom touch the same line.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from portal.languages import FOLDER, LOCALES, SOURCE

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "_l": None}
TEMPLATE_OPTIONS = {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}
SLOT = re.compile(r"%\((\w+)\)[sd]|%%")
HEADER = r"""msgid ""
msgstr ""
"Language: {locale}\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""
STRAY = re.compile(r"%(?!\(\w+\)[sd])")


def sources(root: Path = ROOT) -> list[Path]:
    """The folders in which texts are looked for."""
    return [root / name for name in ("portal", "tenants", "templates") if (root / name).is_dir()]


def extract(folders: list[Path]) -> Catalog:
    """All texts of the program, in English."""
    catalog = Catalog(charset="utf-8", fuzzy=False)
    for folder in folders:
        found = extract_from_dir(
            folder,
            method_map=[("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.svg", "jinja2")],
            options_map={"**.html": TEMPLATE_OPTIONS, "**.txt": TEMPLATE_OPTIONS, "**.svg": TEMPLATE_OPTIONS},
            keywords=KEYWORDS,
        )
        for _file, _line, message, _comments, context in found:
            catalog.add(message, context=context)
    return catalog


def slots(text: str) -> set[str]:
    """The names of the placeholders in a text."""
    return {found.group(1) for found in SLOT.finditer(text) if found.group(1)}


def _forms(texts: object) -> list[str]:
    return [texts] if isinstance(texts, str) else [text or "" for text in texts]  # type: ignore[attr-defined]


def faults(message: Message, translated: Message | None) -> list[str]:
    """What is wrong with one translation; empty if nothing."""
    if translated is None:
        return ["is missing"]
    if translated.fuzzy:
        return ["is fuzzy"]
    strings = _forms(translated.string or "")
    if not all(string.strip() for string in strings):
        return ["is empty"]
    wanted = set().union(*map(slots, _forms(message.id)))
    filled_in = bool(wanted) or "%%" in _forms(message.id)[-1]
    found = []
    for string in strings:
        if slots(string) != wanted:
            found.append(f"has placeholders {sorted(slots(string))}, needs {sorted(wanted)}")
        elif filled_in and STRAY.search(string.replace("%%", "")):
            found.append("has a stray % (write %%)")
    return found


def check(texts: Catalog, folder: Path = FOLDER) -> list[str]:
    """One line for each fault in any catalogue."""
    found: list[str] = []
    for locale in (name for name in LOCALES if name != SOURCE):
        catalog = read_catalog(locale, folder)
        for message in texts:
            if message.id:
                text = _forms(message.id)[0]
                translated = catalog.get(text, context=message.context)
                found += [f"{locale}: {text!r} {fault}" for fault in faults(message, translated)]
        for message in catalog:
            if message.id and texts.get(_forms(message.id)[0], context=message.context) is None:
                found.append(f"{locale}: {_forms(message.id)[0]!r} is no longer used")
        found += [f"{locale}: {_forms(gone.id)[0]!r} is kept as obsolete" for gone in catalog.obsolete.values()]
    return found


def read_catalog(locale: str, folder: Path = FOLDER) -> Catalog:
    """A locale's catalogue, empty if there is none yet."""
    path = folder / f"{locale}.po"
    if not path.exists():
        return Catalog(locale=locale, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def update(texts: Catalog, folder: Path = FOLDER) -> None:
    """Add new texts (empty) to each catalogue and drop those that are gone."""
    for locale in (name for name in LOCALES if name != SOURCE):
        old = read_catalog(locale, folder)
        new = Catalog(locale=locale, charset="utf-8", fuzzy=False)
        for message in texts:
            if message.id:
                known = old.get(_forms(message.id)[0], context=message.context)
                string = known.string if known is not None else None
                flags = known.flags - {"python-format"} if known is not None else ()
                new.add(message.id, string or "", context=message.context, flags=flags)
        with (folder / f"{locale}.po").open("wb") as file:
            write_catalog(file, new)


def write_catalog(file: BinaryIO, catalog: Catalog) -> None:
    """Write a catalogue without dates and line numbers, sorted, one text a line."""
    file.write(HEADER.format(locale=catalog.locale).encode())
    write_po(file, catalog, width=0, no_location=True, omit_header=True, sort_output=True)


def main(arguments: list[str] | None = None) -> int:
    """Check, or update first; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="portal.translations_check", description=__doc__)
    parser.add_argument("--update", action="store_true", help="merge new texts into the catalogues, drop old ones")
    options = parser.parse_args(arguments)
    texts = extract(sources())
    if options.update:
        update(texts)
    found = check(texts)
    sys.stdout.write("\n".join(found) if found else f"{len(texts)} texts, complete in every language")
    sys.stdout.write("\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
