import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases.references import ALPHABET, check_character, new_reference, normal

bodies = st.text(ALPHABET, min_size=7, max_size=7)


def shown(body):
    whole = body + check_character(body)
    return f"RIV-{whole[:4]}-{whole[4:]}"


def test_a_new_reference_reads_back_as_itself():
    made = {new_reference("RIV") for _ in range(500)}
    assert len(made) == 500
    assert all(normal(reference) == reference for reference in made)


def test_the_check_character_of_a_known_reference_never_changes():
    """References are printed on paper: another way of counting would make the old ones wrong."""
    assert [check_character(body) for body in ("0000000", "7K3M9QF", "ZZZZZZZ", "0000001")] == ["0", "E", "C", "2"]


@given(bodies)
def test_every_single_wrong_character_is_found(body):
    right = shown(body)
    for place in (4, 5, 6, 7, 9, 10, 11, 12):
        for other in ALPHABET:
            if other != right[place]:
                assert normal(right[:place] + other + right[place + 1 :]) is None


@given(bodies)
def test_every_swap_of_neighbours_is_found(body):
    right = shown(body)
    plain = right.replace("-", "")
    for place in range(3, 10):
        swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
        assert normal(swapped) == (right if swapped == plain else None)


@pytest.mark.parametrize(
    "typed", ["riv-{0}-{1}", "RIV{0}{1}", "  riv {0} {1} ", "#RIV.{0}/{1}", "riv—{0}—{1}"], ids=lambda text: repr(text)
)
@given(body=bodies)
def test_reading_forgives_how_it_was_typed(typed, body):
    right = shown(body)
    _prefix, first, second = right.split("-")
    assert normal(typed.format(first, second)) == right
    assert normal(typed.format(first.lower(), second.lower())) == right


@given(body=bodies)
def test_letters_that_look_like_digits_are_read_as_digits(body):
    right = shown(body)
    assert normal("RIV-" + right[4:].replace("0", "O").replace("1", "l")) == right
    assert normal("RIV-" + right[4:].replace("0", "o").replace("1", "I")) == right


@pytest.mark.parametrize(
    "text", ["", "RIV", "RIV-7K3M", "7K3M-9QFX", "R-0000-0000", "RIVER-0000-0000", "RÜV-0000-0000"]
)
def test_what_cannot_be_a_reference_is_none(text):
    assert normal(text) is None


@given(st.text())
def test_reading_never_fails(text):
    found = normal(text)
    assert found is None or normal(found) == found
