"""The tail of the Poisson distribution, and the rule on top of it."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clusters.counting import Rule, tail

RULE = Rule(timedelta(hours=48), least=5, factor=3, alpha=0.001)


@pytest.mark.parametrize(
    ("seen", "usual", "chance"),
    [  # from tables of the distribution
        (0, 3.0, 1.0),
        (1, 1.0, 0.6321205588),
        (5, 1.0, 0.0036598468),
        (5, 0.5, 0.0001721156),
        (7, 0.9, 0.0000431),
        (10, 5.0, 0.0318280573),
        (20, 10.0, 0.0034543420),
        (5, 10.0, 0.9707473119),
        (3, 0.0, 0.0),
    ],
)
def test_it_is_what_tables_say(seen: int, usual: float, chance: float) -> None:
    assert tail(seen, usual) == pytest.approx(chance, rel=1e-2 if chance == 0.0000431 else 1e-6)


@given(st.integers(0, 300), st.floats(0, 300))
def test_it_is_a_probability_that_falls_with_more_cases_and_rises_with_the_usual(seen: int, usual: float) -> None:
    assert -1e-12 <= tail(seen + 1, usual) <= tail(seen, usual) + 1e-12 <= 1 + 2e-12
    assert tail(seen, usual) <= tail(seen, usual + 1) + 1e-9


@given(st.integers(1, 60), st.floats(0.01, 60))
def test_both_ways_to_sum_it_agree(seen: int, usual: float) -> None:
    below = math.fsum(math.exp(-usual) * usual**count / math.factorial(count) for count in range(seen))
    assert tail(seen, usual) == pytest.approx(1 - below, abs=1e-9)


def test_a_tiny_chance_is_not_lost() -> None:
    assert 0 < tail(60, 1.0) < 1e-80


@pytest.mark.parametrize(
    ("seen", "usual", "stands_out"),
    [
        (4, 0.0, False),  # fewer than the least
        (5, 0.0, True),
        (5, 0.5, True),
        (5, 1.0, False),  # chance alone brings it once in 300 windows
        (7, 0.9, True),
        (29, 10.0, False),  # certain, but not three times as many
        (30, 10.0, True),
    ],
)
def test_the_rule(seen: int, usual: float, stands_out: bool) -> None:
    assert RULE.stands_out(seen, usual) is stands_out
