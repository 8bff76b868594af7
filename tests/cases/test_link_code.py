import re

import pytest
import segno

from portal.cases.link_code import BORDER, link_code
from tenants.ids import new_token


def modules_of(svg, side):
    """The dark modules that the lines of the drawing cover."""
    rows = [[0] * side for _ in range(side)]
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", svg):
        for at in range(int(length)):
            rows[int(y) - BORDER][int(x) - BORDER + at] = 1
    return rows


@pytest.mark.parametrize(
    "before", ["https://a.example/k/", "https://feedback.airport.example:8443/k/", "http://[::1]/k/"]
)
def test_a_code_is_the_one_that_the_library_draws(before):
    """Drawn by itself for each key, with its own error correction."""
    for key in ("A" * 27, "z-_0" * 7, *(new_token() for _ in range(20))):
        expected = [list(row) for row in segno.make(before + key, error="m", mask=2).matrix]
        assert modules_of(link_code(before, key), len(expected)) == expected


def test_the_drawing_scales_and_keeps_its_border():
    svg = link_code("https://a.example/k/", new_token())
    side = len(segno.make("https://a.example/k/" + "A" * 27, error="m").matrix)
    assert svg.startswith(f'<svg viewBox="0 0 {side + 2 * BORDER} {side + 2 * BORDER}"') and " width=" not in svg
