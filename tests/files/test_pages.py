"""Files through the browser: forms, pages, headers, and every way to a content."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import event
from werkzeug.test import TestResponse

from portal.files import images
from portal.files.checking import Limits
from portal.files.images import remake as images_remake
from portal.files.storage import StorageAway
from tenants.clock import Hand
from tenants.scope import db
from tests.cast import Cast
from tests.files import samples
from tests.files.conftest import Kept
from tests.pages.conftest import Browser, hidden

pytestmark = pytest.mark.database
Report = Callable[..., tuple[str, str]]
SignedIn = Callable[[str], Browser]


@pytest.fixture(autouse=True)
def _small_limits(app: Flask, store: Kept) -> Iterator[None]:
    before = app.config["FILE_LIMITS"]
    app.config["FILE_LIMITS"] = Limits(max_upload_bytes=300_000, max_files=3, max_pixels=1_000_000)
    yield
    app.config["FILE_LIMITS"] = before


def upload(*contents: bytes | tuple[bytes, str]) -> list[tuple[BytesIO, str]]:
    named = [each if isinstance(each, tuple) else (each, "IMG_4711 Ada Lovelace.jpg") for each in contents]
    return [(BytesIO(content), name) for content, name in named]


def send_report(who: Browser, page: str, *contents: Any, **changes: Any) -> TestResponse:
    form = {
        "nonce": hidden(page, "nonce"),
        "what": "My suitcase did not arrive. It is grey.",
        "visibility": "public",
        "language": "en",
        "category": "lost-luggage",
        "files": upload(*contents),
        **changes,
    }
    return who.post("/cases", form)


def reported_with(who: Browser, *contents: Any, **changes: Any) -> str:
    answer = send_report(who, who.get("/report").text, *contents, **changes)
    assert answer.status_code == 201, answer.text
    return reference_in(answer)


def reference_in(answer: TestResponse) -> str:
    found = re.search(r"RIV-\w{4}-\w{4}", answer.text)
    assert found
    return found[0]


def file_links(page: str) -> list[str]:
    """Addresses of files on a page, thumbnails too."""
    return re.findall(r'(?:href|src)="([^"]*/files/\d+(?:/thumbnail)?)"', page)


def status(who: Browser, link: str) -> int:
    """Of a content, read to its end."""
    answer = who.get(link)
    assert answer.data or answer.status_code != 200
    return answer.status_code


def kept_ids(page: str) -> list[str]:
    return re.findall(r'name="kept" value="(\d+)" checked', page)


def error_of(page: str) -> str:
    found = re.search(r'id="f-files-wrong">.*?<span>(.*?)</span>', page, re.S)
    return found[1] if found else ""


# -- the report form -----------------------------------------------------------------------------------------------


def test_files_come_with_a_report(browser: Browser, another: Callable[..., Browser]) -> None:
    reference = reported_with(browser, samples.photo_with_a_past(), (samples.PDF, "Ticket Ada Lovelace.pdf"))
    page = browser.get(f"/cases/{reference}").text
    links = file_links(page)
    assert len(links) == 3 and sum(link.endswith("/thumbnail") for link in links) == 1
    for link in links:
        answer = browser.get(link)
        assert answer.status_code == 200 and samples.SECRET not in answer.data
        stranger = another().get(link)
        assert stranger.status_code == 404
    assert "Ada" not in page and "4711" not in page and "Lovelace" not in page
    assert re.search(r"photo-\d+\.jpg", page) and re.search(r"document-\d+\.pdf", page)
    seen = another().get(f"/cases/{reference}").text
    assert file_links(seen) == [] and "Photo added" not in seen


def test_files_are_shown_to_everyone_if_asked(browser: Browser, another: Callable[..., Browser]) -> None:
    reference = reported_with(browser, samples.jpeg(), files_public="1")
    links = file_links(another().get(f"/cases/{reference}").text)
    assert len(links) == 2
    assert all(status(another(), link) == 200 for link in links)
    private = reported_with(browser, samples.jpeg(), files_public="1", visibility="private")
    (link, *_) = file_links(browser.get(f"/cases/{private}").text)
    assert another().get(link).status_code == 404


def test_a_form_without_files_is_what_it_was(browser: Browser, report: Report, store: Kept) -> None:
    reference, _ = report()
    assert file_links(browser.get(f"/cases/{reference}").text) == [] and store.keys() == set()
    answer = send_report(browser, browser.get("/report").text, (b"", ""))
    assert answer.status_code == 201 and store.keys() == set()


REFUSALS = [
    ((samples.HTML, "photo.jpg"), "program or a web page"),
    ((samples.SVG, "drawing.png"), "program or a web page"),
    ((samples.GIF_SCRIPT, "photo.gif"), "a kind that we do not take"),
    ((samples.ZIP, "photos.zip"), "archive"),
    ((samples.HEIC, "IMG_1.HEIC"), "HEIC"),
    ((samples.jpeg(900, 900)[:2000], "photo.jpg"), "not whole"),
    ((samples.png_bomb(30_000, 30_000), "photo.png"), "more than 1 million pixels"),
    ((bytes(300_001), "photo.jpg"), "larger than 0.286102 MB"),
    ((b"", "photo.jpg"), "is empty"),
    ((b"\xff\xd8\xff" + samples.HTML, "photo.jpg"), "cannot be read as a photo"),
]


@pytest.mark.parametrize(("upload", "words"), REFUSALS, ids=[words for _, words in REFUSALS])
def test_a_file_that_is_not_taken_is_told_beside_the_field(
    browser: Browser, store: Kept, upload: tuple[bytes, str], words: str
) -> None:
    page = browser.get("/report").text
    answer = send_report(browser, page, samples.jpeg(), upload, what="It is <b>grey</b>.", wish="My suitcase")
    assert answer.status_code == 422
    assert words in error_of(answer.text) and upload[1] in error_of(answer.text)
    assert "It is &lt;b&gt;grey&lt;/b&gt;." in answer.text and "My suitcase" in answer.text
    assert len(kept_ids(answer.text)) == 1 and len(store.keys()) == 2
    assert 'href="#f-files"' in answer.text and 'id="f-files"' in answer.text
    assert reported_with_again(browser, answer.text)


def reported_with_again(who: Browser, page: str, *contents: Any, **changes: Any) -> str:
    answer = send_report(who, page, *contents, kept=kept_ids(page), **changes)
    assert answer.status_code == 201, answer.text
    reference = reference_in(answer)
    return reference


def test_what_was_accepted_waits_while_the_form_is_mended(browser: Browser, store: Kept) -> None:
    answer = send_report(browser, browser.get("/report").text, samples.jpeg(), (samples.PDF, "t.pdf"), what="")
    assert answer.status_code == 422 and len(kept_ids(answer.text)) == 2
    assert "photo-1.jpg" in answer.text and "document-2.pdf" in answer.text
    again = send_report(browser, answer.text, what="", kept=kept_ids(answer.text))
    assert kept_ids(again.text) == kept_ids(answer.text)
    reference = reported_with_again(browser, again.text, (samples.TEXT, "more.txt"))
    assert len(file_links(browser.get(f"/cases/{reference}").text)) == 4


def test_what_is_not_ticked_is_not_sent(browser: Browser) -> None:
    answer = send_report(browser, browser.get("/report").text, samples.jpeg(), (samples.PDF, "t.pdf"), what="")
    answer = send_report(browser, answer.text, kept=kept_ids(answer.text)[1:])
    links = file_links(browser.get(f"/cases/{reference_in(answer)}").text)
    assert len(links) == 1 and not links[0].endswith("thumbnail")


def test_what_waited_too_long_is_asked_for_again(browser: Browser, hand: Hand) -> None:
    answer = send_report(browser, browser.get("/report").text, samples.jpeg(), what="")
    hand.set(hand.at + timedelta(minutes=61))
    answer = send_report(browser, answer.text, kept=kept_ids(answer.text))
    assert answer.status_code == 422 and "an hour only" in error_of(answer.text)


def test_another_form_does_not_find_them(browser: Browser, another: Callable[..., Browser]) -> None:
    answer = send_report(browser, browser.get("/report").text, samples.jpeg(), what="")
    thief = another()
    stolen = send_report(thief, thief.get("/report").text, kept=kept_ids(answer.text))
    assert stolen.status_code == 422 and kept_ids(stolen.text) == []


@pytest.mark.parametrize("forged", [["x"], ["-1"], ["9" * 40], ["1"] * 500, ["1 OR 1=1"]])
def test_forged_names_of_kept_files(browser: Browser, forged: list[str]) -> None:
    assert send_report(browser, browser.get("/report").text, kept=forged).status_code in (201, 422)


def test_the_same_form_sent_twice_makes_one_case_with_its_files_once(browser: Browser) -> None:
    page = browser.get("/report").text
    one, two = (send_report(browser, page, samples.jpeg(), (samples.PDF, "t.pdf")) for _ in range(2))
    assert (one.status_code, two.status_code) == (201, 201) and reference_in(one) == reference_in(two)
    assert len(file_links(browser.get(f"/cases/{reference_in(one)}").text)) == 3
    other = send_report(browser, page, samples.png())
    assert other.status_code == 409 and other.headers["Location"].endswith(reference_in(one))


def test_a_form_with_kept_files_can_be_reloaded(browser: Browser) -> None:
    refused = send_report(browser, browser.get("/report").text, samples.jpeg(), what="").text
    one, two = (send_report(browser, refused, kept=kept_ids(refused)) for _ in range(2))
    assert (one.status_code, two.status_code) == (201, 201) and reference_in(one) == reference_in(two)


def test_more_files_than_fit(browser: Browser, store: Kept) -> None:
    answer = send_report(browser, browser.get("/report").text, *[samples.jpeg()] * 4)
    assert answer.status_code == 422 and "Only 3 more files fit" in error_of(answer.text)
    assert len(kept_ids(answer.text)) == 3
    more = send_report(browser, answer.text, samples.png(), kept=kept_ids(answer.text))
    assert more.status_code == 422 and len(kept_ids(more.text)) == 3


def test_a_request_that_is_larger_than_all_its_files_may_be(app: Flask, browser: Browser) -> None:
    settings = app.config["SETTINGS"]
    largest = settings.max_body_bytes + settings.max_files * settings.max_upload_bytes
    for size, code in ((largest + 100_000, 413), (settings.max_body_bytes + 1, 422)):
        assert send_large(browser, "/cases", size) == code


def test_other_routes_keep_the_small_limit(app: Flask, browser: Browser) -> None:
    for path in ("/sign-in", "/cases/RIV-0000-0000/withdrawal"):
        assert send_large(browser, path, app.config["MAX_CONTENT_LENGTH"] + 1) == 413


def test_words_keep_the_small_limit_where_files_are_taken(app: Flask, browser: Browser) -> None:
    size = app.config["MAX_CONTENT_LENGTH"] + 1
    assert send_large(browser, "/cases", size, 'name="what"') == 413
    assert browser.post("/cases", {"what": "x" * size}).status_code == 413


def send_large(who: Browser, path: str, size: int, part: str = 'name="files"; filename="photo.jpg"') -> int:
    """Encoded here, because the client would leave a temporary file open."""
    kind = "multipart/form-data; boundary=here"
    head = f"--here\r\nContent-Disposition: form-data; {part}\r\n\r\n".encode()
    body = head + bytes(size) + b"\r\n--here--\r\n"
    return who.client.post(
        path, data=body, content_type=kind, headers={"Sec-Fetch-Site": "same-origin"}, base_url=f"http://{who.host}"
    ).status_code


def test_a_storage_that_is_away_costs_no_words(app: Flask, browser: Browser) -> None:
    class Away:
        def put(self, *_arguments: Any) -> None:
            raise StorageAway("full")

    app.extensions["files"] = Away()
    answer = send_report(browser, browser.get("/report").text, samples.jpeg(), what="It is grey.")
    assert answer.status_code == 422 and "cannot be kept just now" in error_of(answer.text)
    assert "It is grey." in answer.text and kept_ids(answer.text) == []
    assert send_report(browser, answer.text, what="It is grey.").status_code == 201


# -- the case ------------------------------------------------------------------------------------------------------


def test_files_come_with_a_message(browser: Browser, report: Report, another: Callable[..., Browser]) -> None:
    reference, _ = report()
    browser.get(f"/cases/{reference}")
    refused = browser.post(f"/cases/{reference}/messages", {"text": "", "files": upload(samples.jpeg())})
    assert refused.status_code == 422 and len(kept_ids(refused.text)) == 1
    form = {"text": "See.", "kept": kept_ids(refused.text), "files_token": hidden(refused.text, "files_token")}
    assert browser.post(f"/cases/{reference}/messages", form).status_code == 303
    page = browser.get(f"/cases/{reference}").text
    assert len(file_links(page)) == 2 and "Photo added" in page
    assert file_links(another().get(f"/cases/{reference}").text) == []
    again = browser.post(f"/cases/{reference}/messages", form)
    assert again.status_code == 422 and len(file_links(browser.get(f"/cases/{reference}").text)) == 2


def test_a_stranger_sends_no_file_to_a_case(browser: Browser, report: Report, another: Callable[..., Browser]) -> None:
    reference, _ = report()
    answer = another().post(f"/cases/{reference}/messages", {"text": "See.", "files": upload(samples.jpeg())})
    assert answer.status_code == 403


def test_a_case_is_full(browser: Browser) -> None:
    reference = reported_with(browser, *[samples.jpeg()] * 3)
    browser.get(f"/cases/{reference}")
    answer = browser.post(f"/cases/{reference}/messages", {"text": "See.", "files": upload(samples.jpeg())})
    assert answer.status_code == 422 and "as it can" in error_of(answer.text)


# -- the desk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(browser: Browser, signed_in: SignedIn, cast: Cast) -> tuple[Browser, str]:
    """Ada at her desk, with a case that she has taken on."""
    reference = reported_with(browser, samples.jpeg())
    ada = signed_in("ada")
    page = ada.get(f"/desk/meridian/cases/{reference}").text
    form = {"plan": "We look.", "due": "2026-11-20T12:00", "version": hidden(page, "version")}
    assert ada.post(f"/desk/meridian/cases/{reference}/acknowledgement", form).status_code == 303
    return ada, reference


def test_staff_see_and_send_files(desk: tuple[Browser, str], browser: Browser, signed_in: SignedIn) -> None:
    ada, reference = desk
    url = f"/desk/meridian/cases/{reference}"
    assert [status(ada, link) for link in file_links(ada.get(url).text)] == [200, 200]
    sent = ada.post(f"{url}/replies", {"text": "See.", "files": upload((samples.PDF, "t.pdf"))})
    assert sent.status_code == 303
    kept = ada.post(f"{url}/notes", {"text": "Ours.", "files": upload((samples.TEXT, "t.txt"))})
    assert kept.status_code == 303
    mine, theirs = file_links(ada.get(url).text), file_links(browser.get(f"/cases/{reference}").text)
    assert len(mine) == 4 and len(theirs) == 3
    (internal,) = [link for link in mine if link.removeprefix("/desk/meridian") not in theirs]
    assert status(ada, internal) == 200
    assert browser.get(internal.removeprefix("/desk/meridian")).status_code == 404
    greta, hugo = signed_in("greta"), signed_in("hugo")
    for link in mine:
        assert greta.get(link).status_code == 404 and hugo.get(link.replace("meridian", "harbor")).status_code == 404
        assert greta.get(link.replace("meridian", "airport")).status_code == 404
    refused = ada.post(f"{url}/notes", {"text": "", "files": upload(samples.jpeg())})
    assert refused.status_code == 422 and len(kept_ids(refused.text)) == 1


def test_staff_without_a_desk_here_are_the_public(desk: tuple[Browser, str]) -> None:
    ada, reference = desk
    links = file_links(ada.get(f"/desk/meridian/cases/{reference}").text)
    assert [ada.get(link.removeprefix("/desk/meridian")).status_code for link in links] == [404, 404]


# -- contents ------------------------------------------------------------------------------------------------------


def test_headers_of_a_photo(browser: Browser) -> None:
    reference = reported_with(browser, samples.jpeg())
    for link in file_links(browser.get(f"/cases/{reference}").text):
        answer = browser.get(link)
        assert answer.content_type == "image/jpeg" and Image.open(BytesIO(answer.data)).format == "JPEG"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert re.fullmatch(r'inline; filename="(photo|thumbnail)-\d+\.jpg"', answer.headers["Content-Disposition"])
        assert "Set-Cookie" not in answer.headers
        same = browser.get(link, **{"If-None-Match": answer.headers["ETag"]})
        assert same.status_code == 304 and same.data == b""
        assert same.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [(samples.PDF, "t.pdf", "application/pdf"), (samples.TEXT, "t.txt", "text/plain; charset=utf-8")],
)
def test_headers_of_a_document(browser: Browser, content: bytes, name: str, kind: str) -> None:
    reference = reported_with(browser, (content, name))
    (link,) = file_links(browser.get(f"/cases/{reference}").text)
    answer = browser.get(link)
    assert answer.data == content and answer.content_type == kind and answer.content_length == len(content)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert browser.get(f"{link}/thumbnail").status_code == 404


@contextmanager
def statements() -> Iterator[list[str]]:
    said: list[str] = []
    engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(re.sub(r"\s+", " ", statement))

    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def test_hidden_removed_foreign_and_unknown_files_answer_alike(
    browser: Browser, another: Callable[..., Browser]
) -> None:
    public = reported_with(browser, samples.jpeg(), samples.png(), files_public="1")
    private = reported_with(browser, samples.jpeg(), visibility="private")
    shown, *_, removed = sorted(
        {link.removesuffix("/thumbnail") for link in file_links(browser.get(f"/cases/{public}").text)}
    )
    (hidden_one, *_) = file_links(browser.get(f"/cases/{private}").text)
    browser.post(f"{removed}/removal", {"reason": "others"})
    stranger = another()
    stranger.get(f"/cases/{public}/files/998")
    answers = []
    for path in (f"/cases/{public}/files/999", hidden_one, removed, "/cases/RIV-0000-0000/files/1", f"{shown}0"):
        for link in (path, f"{path}/thumbnail"):
            with statements() as said:
                answer = stranger.get(link)
            headers = {name: value for name, value in answer.headers.items() if name not in ("Date", "X-Request-ID")}
            headers.pop("Content-Length")
            page = answer.data.replace(link.encode(), b"here").replace(quote(link, safe="").encode(), b"here")
            answers.append((answer.status_code, page, headers, said))
    for answer in answers:
        assert answer == answers[0] and answer[0] == 404
    assert sum("files" in statement for statement in answers[0][3]) == 1


@pytest.mark.parametrize("number", ["0", "-1", "x", "1e3", "999999999999999999999999", "1%00", "٣"])
def test_numbers_that_are_none(browser: Browser, number: str) -> None:
    reference = reported_with(browser, samples.jpeg())
    assert browser.get(f"/cases/{reference}/files/{number}").status_code in (400, 404)


def test_a_content_that_is_lost_is_not_an_error_of_ours(browser: Browser, store: Kept) -> None:
    reference = reported_with(browser, (samples.TEXT, "t.txt"))
    (link,) = file_links(browser.get(f"/cases/{reference}").text)
    for key in sorted(store.keys()):
        store.store.delete(key)
    assert browser.get(link).status_code == 404


# -- removal -------------------------------------------------------------------------------------------------------


def test_the_customer_removes_a_file(browser: Browser, another: Callable[..., Browser], store: Kept) -> None:
    reference = reported_with(browser, samples.jpeg(), files_public="1")
    page = browser.get(f"/cases/{reference}").text
    links = file_links(page)
    public = another()
    public.get(f"/cases/{reference}")
    (removal,) = re.findall(r'href="([^"]+/removal)"', page)
    assert "removal" not in public.get(f"/cases/{reference}").text
    assert "Remove photo-" in browser.get(removal).text and len(store.keys()) == 2
    assert browser.post(removal, {"reason": " "}).status_code == 422
    assert browser.post(removal, {"reason": "It shows <i>others</i>."}).status_code == 303
    assert store.keys() == set()
    for who in (browser, public):
        seen = who.get(f"/cases/{reference}").text
        assert file_links(seen) == [] and "removed: It shows &lt;i&gt;others&lt;/i&gt;." in seen
        assert [who.get(link).status_code for link in links] == [404, 404]
        live = who.get(f"/cases/{reference}/live").text
        assert file_links(live) == [] and "removed:" in live
    assert browser.get(removal).status_code == 404 and browser.post(removal, {"reason": "x"}).status_code == 404


def test_a_cached_photo_is_not_shown_again_after_its_removal(browser: Browser) -> None:
    reference = reported_with(browser, samples.jpeg())
    (link, _) = file_links(browser.get(f"/cases/{reference}").text)
    answer = browser.get(link)
    etag = answer.headers["ETag"] if answer.data else ""
    browser.post(f"{link.removesuffix('/thumbnail')}/removal", {"reason": "others"})
    assert browser.get(link, **{"If-None-Match": etag}).status_code == 404


def test_others_do_not_remove_it(
    browser: Browser, another: Callable[..., Browser], report: Report, store: Kept
) -> None:
    reference = reported_with(browser, samples.jpeg(), files_public="1")
    (link, *_) = file_links(browser.get(f"/cases/{reference}").text)
    thief = another()
    report(thief)
    for who in (another(), thief):
        assert who.get(f"{link.removesuffix('/thumbnail')}/removal").status_code == 403
        assert who.post(f"{link.removesuffix('/thumbnail')}/removal", {"reason": "x"}).status_code == 403
    browser.token = ""
    assert browser.post(f"{link.removesuffix('/thumbnail')}/removal", {"reason": "x"}).status_code == 403
    assert len(store.keys()) == 2


def test_staff_remove_what_is_theirs_to_remove(desk: tuple[Browser, str], browser: Browser, store: Kept) -> None:
    ada, reference = desk
    page = ada.get(f"/desk/meridian/cases/{reference}").text
    (removal,) = re.findall(r'href="([^"]+/removal)"', page)
    assert removal.startswith("/desk/meridian/") and ada.get(removal).status_code == 200
    assert ada.post(removal, {"reason": "Shows a passport."}).headers["Location"].startswith("/desk/meridian/cases/")
    assert store.keys() == set()
    assert "removed: Shows a passport." in ada.get(f"/desk/meridian/cases/{reference}").text
    assert "removed: Shows a passport." in browser.get(f"/cases/{reference}").text


def test_in_chinese(browser: Browser) -> None:
    for language, word in (("zh-CN", "照片"), ("zh-TW", "照片")):
        page = browser.get("/report", **{"Accept-Language": language}).text
        assert word in page and "Photos and documents" not in page


def test_photos_are_decoded_outside_the_transaction(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def remake(*arguments: Any, **limits: Any) -> Any:
        seen.append(db.session.info.get("writing", False))
        return images_remake(*arguments, **limits)

    monkeypatch.setattr(images, "remake", remake)
    reported_with(browser, samples.jpeg())
    assert seen == [False]
