"""The three languages. Catalogues are read as they are, so there is no compiled copy that could be stale."""

from __future__ import annotations

from collections.abc import Iterator

from portal.config import Settings
from portal.doctor.findings import Finding, failing, ok
from portal.languages import LOCALES, OWN_NAMES, SOURCE, read_messages


def catalogues(_settings: Settings) -> Iterator[Finding]:
    """Each language can be read, and has as many texts as the others."""
    try:
        counts = {locale: len(read_messages(locale)) for locale in LOCALES if locale != SOURCE}
    except (OSError, ValueError) as problem:
        counts = {type(problem).__name__: 0, "": 1}
    if len(set(counts.values())) > 1 or not all(counts.values()):
        mend = "Install this version again: pip install --force-reinstall --no-deps daylight-*.whl"
        yield failing("languages", "The texts of a language are missing or incomplete.", mend)
    else:
        yield ok("languages", f"{', '.join(OWN_NAMES.values())}: {min(counts.values()):,} texts each.")
