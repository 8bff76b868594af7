"""The QR code of a secret link: the same that segno draws, made from what only the key changes of it.

Within one version, level and mask a QR code is linear: whichever links of one length are drawn, the same bit of the
text flips the same modules (the error correction is linear over bits, the mask and all fixed patterns are the same). So
each bit's modules are learned from segno once for each host, and a code is that of the first link with the flips of the
bits in which the key differs. segno takes 1.6 ms for each, an eighth of a whole report.
"""

from __future__ import annotations

import re
from functools import lru_cache

import segno
from markupsafe import Markup

BORDER = 2
HOSTS = 64
"""So many hosts are remembered in one process, each with some 30 KiB."""
BITS = 7
"""A key is of ASCII letters."""
_RUNS = re.compile("1+")


def link_code(before: str, key: str) -> Markup:
    """An inline SVG without a size, so that it scales; of the link that is `before` and then `key`."""
    side, code, flips = _learned(before, len(key))
    for flip_of_bit, letter in zip(flips, key, strict=True):
        difference = ord(letter) ^ ord("A")
        for bit in range(BITS):
            if difference >> bit & 1:
                code ^= flip_of_bit[bit]
    return Markup(_drawn(side, code))  # noqa: S704 (our own SVG)


@lru_cache(HOSTS)
def _learned(before: str, length: int) -> tuple[int, int, list[list[int]]]:
    """The side in modules, the code of the link whose key is all A, and which modules each bit of the key flips."""
    side, first = _modules(before + "A" * length)
    flips = []
    for at in range(length):
        others = ["A" * at + chr(ord("A") ^ 1 << bit) + "A" * (length - at - 1) for bit in range(BITS)]
        flips.append([_modules(before + other)[1] ^ first for other in others])
    return side, first, flips


def _modules(text: str) -> tuple[int, int]:
    """The side of the code, and its modules as the bits of one number, row by row."""
    rows = segno.make(text, error="m", mask=2, mode="byte", micro=False).matrix
    return len(rows), int("".join(str(module) for row in rows for module in row), 2)


def _drawn(side: int, code: int) -> str:
    """One line for each run of dark modules in a row."""
    modules = f"{code:0{side * side}b}"
    runs = [
        f"M{run.start() + BORDER} {row + BORDER}.5h{run.end() - run.start()}"
        for row in range(side)
        for run in _RUNS.finditer(modules[row * side : (row + 1) * side])
    ]
    size = side + 2 * BORDER
    return (
        f'<svg viewBox="0 0 {size} {size}" class="segno"><path class="qrline" stroke="#000" d="{"".join(runs)}"/></svg>'
    )
