import email
from datetime import timedelta
from email.policy import default

import pytest

from portal.config import Settings
from portal.followers.models import Delivery
from portal.followers.notifications import mail
from portal.worker import deliveries
from portal.worker.deliveries import LEASE, WAITS, claim, failed, send_due, sent
from portal.worker.main import turn, until_idle
from tests.play import at_once, reported
from tests.worker.invariants import rows

pytestmark = pytest.mark.database


class Post:
    """Stands in for the mail server."""

    def __init__(self):
        self.sent, self.fails = [], False

    def send(self, effect_id, _address, _message):
        if self.fails:
            raise OSError(113, "no route to host")
        self.sent.append(effect_id)


@pytest.fixture
def post(monkeypatch):
    post = Post()
    monkeypatch.setattr(deliveries, "senders", lambda: {"mail": post.send})
    return post


@pytest.fixture
def queued(desks, monkeypatch):
    """Three deliveries that wait."""
    with monkeypatch.context() as patched:
        patched.setattr("portal.worker.main.send_due", lambda: 0)
        for _ in range(3):
            reported(desks)
        until_idle()
    return desks


def states():
    return [delivery.state for delivery in rows(Delivery, "id")]


def test_sent_once_and_marked(queued, post, hand):
    assert send_due() == 3 and send_due() == 0
    assert len(set(post.sent)) == 3 and states() == ["sent"] * 3
    assert {delivery.sent_at for delivery in rows(Delivery, "id")} == {hand.at}
    hand.move(timedelta(days=9))
    assert send_due() == 0 and len(post.sent) == 3


def test_several_workers_share_the_work(app, queued, post):
    results = at_once(app, [lambda: send_due(batch=1)] * 6)
    assert not [result for result in results if isinstance(result, Exception)]
    until_idle()
    assert len(post.sent) == len(set(post.sent)) == 3


def test_what_is_claimed_is_left_alone_until_the_lease_ends(queued, post, hand):
    """The sender died after it had claimed: nobody knows whether it had sent."""
    claimed = claim()
    assert len(claimed) == 3 and claim() == []
    hand.move(LEASE - timedelta(seconds=1))
    assert send_due() == 0
    hand.move(timedelta(seconds=1))
    assert send_due() == 3
    assert sorted(post.sent) == sorted(held.effect_id for held in claimed)


@pytest.mark.parametrize("wakes", [sent, lambda held: failed(held, OSError("late"))], ids=["sent", "failed"])
def test_who_wakes_up_after_the_lease_changes_nothing(queued, post, hand, wakes):
    zombie = claim()
    hand.move(LEASE)
    living = claim()
    assert [held.fence for held in living] == [held.fence + 1 for held in zombie]
    before = rows(Delivery, "id")
    assert [wakes(held) for held in zombie] == [False] * 3
    assert rows(Delivery, "id") == before
    assert [sent(held) for held in living] == [True] * 3
    before = rows(Delivery, "id")
    assert [wakes(held) for held in [*zombie, *zombie]] == [False] * 6
    assert rows(Delivery, "id") == before


def test_a_slow_sender_does_not_send_what_is_no_longer_its_own(queued, monkeypatch, hand):
    """The first message takes longer than the lease; by then the others belong to whoever claims next."""
    tried = []

    def slow(effect_id, _address, _message):
        tried.append(effect_id)
        hand.move(LEASE)

    monkeypatch.setattr(deliveries, "senders", lambda: {"mail": slow})
    send_due()
    assert len(tried) == 1
    monkeypatch.setattr(deliveries, "senders", lambda: {"mail": lambda effect, _to, _what: tried.append(effect)})
    until_idle()
    assert len(tried) == len(set(tried)) == 3
    assert states() == ["sent"] * 3


def test_waits_grow_until_it_is_given_up(queued, post, hand):
    post.fails = True
    for number, wait in enumerate(WAITS, 1):
        assert send_due() == 3 and send_due() == 0
        assert {(d.tries, d.state, d.next_at) for d in rows(Delivery, "id")} == {(number, "queued", hand.at + wait)}
        hand.move(wait - timedelta(seconds=1))
        assert send_due() == 0
        hand.move(timedelta(seconds=1))
    assert send_due() == 3
    assert states() == ["dead"] * 3
    [problem] = {delivery.problem for delivery in rows(Delivery, "id")}
    assert problem == "OSError: no route to host"
    post.fails = False
    hand.move(timedelta(days=30))
    assert send_due() == 0 and post.sent == []


def test_what_failed_goes_out_when_the_server_is_back(queued, post, hand):
    post.fails = True
    send_due()
    post.fails = False
    hand.move(WAITS[0])
    assert send_due() == 3 and states() == ["sent"] * 3
    assert {delivery.problem for delivery in rows(Delivery, "id")} == {None}


def test_a_channel_that_nobody_serves_holds_nobody_up(queued, monkeypatch):
    monkeypatch.setattr(deliveries, "senders", dict)
    assert send_due() == 3
    assert states() == ["queued"] * 3 and "KeyError" in rows(Delivery, "id")[0].problem


def test_a_turn_that_waits_for_a_lease_is_idle(queued):
    claim()
    assert turn() == 0


# -- the mail itself -----------------------------------------------------------------------------------------------


def a_mail(folder, effect_id="desk-mail:7", text="Look."):
    settings = Settings(data_dir=folder, secret_key="s" * 40, mail_url=f"file://{folder}/out")
    mail.send(settings, effect_id, "desk@example.com", {"subject": "新的个案 é", "text": text})
    return sorted((folder / "out").iterdir())


def read(path):
    return email.message_from_bytes(path.read_bytes(), policy=default)


def test_a_second_copy_of_one_effect_is_recognised(app, tmp_path):
    [first] = a_mail(tmp_path)
    message_id = read(first)["Message-ID"]
    [again] = a_mail(tmp_path, text="Look again.")
    assert first == again and read(again)["Message-ID"] == message_id
    assert len(a_mail(tmp_path, "desk-mail:8")) == 2
    assert len({read(path)["Message-ID"] for path in (tmp_path / "out").iterdir()}) == 2


def test_a_mail_says_what_it_is(app, tmp_path):
    message = read(a_mail(tmp_path)[0])
    assert (message["Subject"], message["To"], message["Auto-Submitted"]) == (
        "新的个案 é", "desk@example.com", "auto-generated",
    )  # fmt: skip
    assert message.get_content().strip() == "Look."


def test_an_effect_keeps_its_id_over_tries(queued, hand):
    first = {held.effect_id for held in claim()}
    hand.move(LEASE)
    assert {held.effect_id for held in claim()} == first
