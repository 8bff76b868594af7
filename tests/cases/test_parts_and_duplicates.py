"""Parts keep a case open; duplicates are linked and unlinked, and each complainant keeps what is theirs."""

import pytest

from portal.cases import customer_verbs, handling, merging, parts
from portal.cases.holding import NoSuchCase
from portal.cases.states import WrongState
from portal.worker.main import until_idle
from tenants.permissions import Forbidden
from tenants.scope import entered
from tests.play import acknowledged, answered, at_once, case_of, history, kinds_of, reported, snapshot

pytestmark = pytest.mark.database


def version_of(cast, case):
    return case_of(cast, case.case_id).state_version


def split(cast, case, *titles):
    with entered(cast.as_ada):
        parts.split(case.case_id, version_of(cast, case), list(titles))
        return parts.parts_of(case.case_id)


def test_a_case_does_not_close_before_its_last_part(cast, hand):
    case = acknowledged(cast)
    one, two = split(cast, case, "The suitcase", "The desk")
    with entered(cast.as_ada):
        handling.answer(case.case_id, version_of(cast, case), text="Both.", author="Ada")
        parts.finish(case.case_id, one.id)
        parts.finish(case.case_id, one.id)
    assert case_of(cast, case.case_id).open_parts == 1
    with entered(cast.customer(case.case_id)), pytest.raises(handling.OpenParts):
        customer_verbs.accept_answer(case.case_id, version_of(cast, case))
    hand.set(case_of(cast, case.case_id).answered_at + handling.SILENCE * 2)
    until_idle()
    assert case_of(cast, case.case_id).state == "answered"
    with entered(cast.as_ada):
        parts.finish(case.case_id, two.id)
        handling.close(case.case_id, version_of(cast, case))
    assert case_of(cast, case.case_id).state == "closed"


def test_parts_are_numbered_and_public(cast):
    case = acknowledged(cast)
    split(cast, case, "One", "Two")
    split(cast, case, "Three")
    with entered(cast.public):
        assert [(part.number, part.title) for part in parts.parts_of(case.case_id)] == [
            (1, "One"),
            (2, "Two"),
            (3, "Three"),
        ]
    private = acknowledged(cast, visibility="private")
    split(cast, private, "Hidden")
    with entered(cast.public):
        assert parts.parts_of(private.case_id) == []


def test_there_is_a_limit_and_no_part_of_another_case(cast):
    case, other = acknowledged(cast), acknowledged(cast)
    before = snapshot(cast)
    with pytest.raises(parts.TooManyParts):
        split(cast, case, *map(str, range(13)))
    assert snapshot(cast) == before
    (part,) = split(cast, case, "One")
    with entered(cast.as_ada), pytest.raises(parts.NoSuchPart):
        parts.finish(other.case_id, part.id)
    with entered(cast.customer(case.case_id)), pytest.raises(Forbidden):
        parts.finish(case.case_id, part.id)


def test_finishing_at_once_counts_once(app, cast):
    case = acknowledged(cast)
    (part,) = split(cast, case, "One")

    def press():
        with entered(cast.as_ada):
            parts.finish(case.case_id, part.id)

    at_once(app, [press] * 4)
    assert case_of(cast, case.case_id).open_parts == 0
    assert kinds_of(cast, case.case_id).count("case.part.done") == 1


def merge(cast, case, into):
    with entered(cast.as_ada):
        merging.merge(case.case_id, version_of(cast, case), into.reference)


def test_linked_and_unlinked_and_each_keeps_what_is_theirs(cast):
    one, two = acknowledged(cast), acknowledged(cast)
    before = case_of(cast, one.case_id)
    merge(cast, one, two)
    after = case_of(cast, one.case_id)
    assert after.merged_into_id == two.case_id
    assert (after.reference, after.state, after.next_due_at) == (before.reference, before.state, before.next_due_at)
    assert history(cast, one.case_id, cast.public)[-1].facts == {"into": two.reference}
    with entered(cast.as_ada):
        merging.unmerge(one.case_id, version_of(cast, one))
        with pytest.raises(WrongState):
            merging.unmerge(one.case_id, version_of(cast, one))
    assert case_of(cast, one.case_id).merged_into_id is None


def test_a_private_case_is_not_named_on_a_public_page(cast):
    one, two = acknowledged(cast), acknowledged(cast, visibility="private")
    merge(cast, one, two)
    assert history(cast, one.case_id)[-1].facts == {"into": ""}


def test_what_cannot_be_linked(cast):
    one, two, three = acknowledged(cast), acknowledged(cast), acknowledged(cast)
    with pytest.raises(merging.CannotMerge):
        merge(cast, one, one)
    merge(cast, one, two)
    for case, into in ((one, three), (three, one), (two, three)):
        with pytest.raises(merging.CannotMerge):
            merge(cast, case, into)
    with pytest.raises(NoSuchCase):
        merge(cast, three, reported(cast, touchpoint_id=cast.belt, category_id=None))
    with entered(cast.customer(three.case_id)), pytest.raises(Forbidden):
        merging.merge(three.case_id, version_of(cast, three), one.reference)


def test_two_that_are_linked_to_each_other_at_once_end_as_one_link(app, cast):
    one, two = acknowledged(cast), acknowledged(cast)

    def link(case, into):
        def press():
            with entered(cast.as_ada):
                merging.merge(case.case_id, 2, into.reference)

        return press

    at_once(app, [link(one, two), link(two, one)])
    links = [case_of(cast, case.case_id).merged_into_id for case in (one, two)]
    assert sorted(links, key=bool)[0] is None and any(links)


def test_an_answered_case_is_not_split(cast):
    case = answered(cast)
    with pytest.raises(WrongState):
        split(cast, case, "Late")
