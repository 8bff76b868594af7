import pytest

from tests.pages.conftest import hidden

pytestmark = pytest.mark.database


def test_the_whole_way(browser, another, signed_in, report, hand):
    reference, _key = report()
    page = browser.get(f"/cases/{reference}")
    assert page.status_code == 200
    stranger = another()
    assert stranger.get(f"/cases/{reference}").status_code == 200
    assert stranger.get("/").status_code == 200
    assert reference in stranger.get("/cases").text
    assert stranger.get("/promises").status_code == 200
    ada = signed_in("ada")
    assert reference in ada.get("/desk/meridian/").text
    desk = ada.get(f"/desk/meridian/cases/{reference}")
    assert desk.status_code == 200
    answer = ada.post(
        f"/desk/meridian/cases/{reference}/acknowledgement",
        {"version": hidden(desk.text, "version"), "plan": "We search", "due": "2026-11-18T12:00"},
    )
    assert answer.status_code == 303, answer.text
    desk = ada.follow(answer)
    for act in ("notes", "replies", "answer"):
        answer = ada.post(
            f"/desk/meridian/cases/{reference}/{act}",
            {"version": hidden(desk.text, "version"), "text": f"words of {act}"},
        )
        assert answer.status_code == 303, answer.text
        desk = ada.follow(answer)
        assert f"words of {act}" in desk.text
    public = stranger.get(f"/cases/{reference}").text
    assert "words of answer" in public and "words of replies" in public and "words of notes" not in public
    own = browser.get(f"/cases/{reference}")
    assert "acceptance" in own.text
    answer = browser.post(f"/cases/{reference}/acceptance", {"version": hidden(own.text, "version")})
    assert answer.status_code == 303
    assert signed_in("hugo").get("/desk/meridian/").status_code == 404
