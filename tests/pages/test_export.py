"""What a customer takes away: everything of their case and nothing of anybody else's."""

import io
import json
import zipfile

import pytest

from portal.cases import handling
from tenants.scope import Scope, entered
from tests.pages.conftest import hidden

pytestmark = pytest.mark.database

PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def archive(answer):
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_everything_of_a_case_with_its_files(cast, browser, report, another, signed_in):
    reference, _key = report(wish="My suitcase", contact="me@example.org", need_flight="MA 12", needs_consent="1")
    page = browser.get(f"/cases/{reference}")
    browser.post(
        f"/cases/{reference}/messages",
        {
            "version": hidden(page.text, "version"),
            "text": "Write to hidden.person@example.org",
            "files": (io.BytesIO(PHOTO), "my holiday.png"),
        },
    )
    ada = signed_in("ada")
    ada.get(f"/desk/meridian/cases/{reference}")
    with entered(Scope.staff(cast.riverside, cast.meridian, cast.ada, "agent")):
        from portal.cases.reading import find_case

        handling.note(find_case(reference).id, text="internal canary", author="Ada")
    answer = browser.get(f"/cases/{reference}/export.zip")
    kept = archive(answer)
    data = json.loads(kept.read("case.json"))
    assert data["reference"] == reference
    assert "hidden.person@example.org" in {word for each in data["history"] for word in (each["text"] or "").split()}
    assert [each["address"] for each in data["contacts"]] == ["me@example.org"]
    assert [each["words"] for each in data["told_once"]] == ["MA 12"]
    assert {each["purpose"] for each in data["consents"]} >= {"publication", "needs"}
    assert data["promises"][0]["what"] == "acknowledge"
    assert "internal canary" not in kept.read("case.json").decode()
    assert len([name for name in kept.namelist() if name.startswith("files/")]) == 1
    assert "holiday" not in "".join(kept.namelist())
    assert "no-store" in answer.headers["Cache-Control"]


def test_only_the_customer_takes_it_away(report, another, signed_in):
    reference, _key = report()
    private, _key = report(visibility="private")
    for person in (another(), signed_in("ada")):
        assert person.get(f"/cases/{reference}/export.zip").status_code == 403
        assert person.get(f"/cases/{private}/export.zip").status_code == 404
