"""One-time codes: RFC 6238's own table, never twice, and asked for whoever the password belongs to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts import codes
from tenants import signing_in
from tenants.account_models import CodeGenerator, RecoveryCode
from tenants.scope import Scope, db, entered
from tests.accounts.conftest import PASSWORD, code_of, with_codes

SECRET = b"12345678901234567890"
RFC = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}
"""RFC 6238, appendix B, for SHA-1; its eight digits without the first two."""


@pytest.mark.parametrize(("seconds", "code"), RFC.items())
def test_the_table_of_the_rfc(seconds, code):
    assert codes.code_at(SECRET, seconds // 30) == code


@given(st.integers(min_value=0, max_value=2**33), st.integers(min_value=-4, max_value=4))
def test_a_clock_may_be_one_step_wrong(seconds, steps):
    at = datetime.fromtimestamp(seconds + 300, UTC)
    step = codes.step_of(at) + steps
    found = codes.matching_step(SECRET, codes.code_at(SECRET, step), at)
    assert (found == step) if abs(steps) <= 1 else (found is None or abs(found - codes.step_of(at)) <= 1)


def test_a_secret_is_sealed_for_its_owner():
    sealed = codes.seal("k" * 40, "1:2", SECRET)
    assert SECRET not in sealed and sealed != codes.seal("k" * 40, "1:2", SECRET)
    assert codes.unseal("k" * 40, "1:2", sealed) == SECRET
    assert codes.unseal("k" * 40, "1:3", sealed) is None
    assert codes.unseal("x" * 40, "1:2", sealed) is None


@pytest.fixture
def armed(ada, cast, browser, hand):
    """Ada has codes; the next code is one that she has not used. Gives her recovery codes."""
    browser.sign_in(ada)
    spares = with_codes(browser, cast.ada, cast.riverside)
    browser.post("/sign-out", {})
    hand.move(timedelta(seconds=60))
    return spares


@pytest.mark.database
def test_codes_are_asked_for_after_the_password(cast, ada, armed, browser):
    answer = browser.sign_in(ada)
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")
    assert browser.cookie is None
    assert browser.get("/desk/meridian/").status_code == 302
    assert browser.get("/sign-in/code").status_code == 200
    code = code_of(cast.ada, cast.riverside)
    answer = browser.post("/sign-in/code", {"code": f" {code[:3]} {code[3:]} "})
    assert (answer.status_code, answer.location) == (303, "/desk/")
    assert browser.get("/desk/meridian/").status_code == 200


@pytest.mark.database
def test_codes_are_asked_for_after_a_link(ada, armed, browser):
    assert browser.come_in(ada).location == "/sign-in/code"
    assert browser.cookie is None


@pytest.mark.database
def test_a_code_counts_once(cast, ada, armed, browser, another):
    browser.sign_in(ada)
    another.sign_in(ada)
    code = code_of(cast.ada, cast.riverside)
    assert browser.post("/sign-in/code", {"code": code}).status_code == 303
    assert another.post("/sign-in/code", {"code": code}).status_code == 422


@pytest.mark.database
def test_the_code_that_turned_them_on_counts_no_more(cast, ada, browser):
    browser.sign_in(ada)
    with_codes(browser, cast.ada, cast.riverside)
    browser.post("/sign-out", {})
    browser.sign_in(ada)
    assert browser.post("/sign-in/code", {"code": code_of(cast.ada, cast.riverside)}).status_code == 422


@pytest.mark.database
def test_a_recovery_code_works_once(cast, ada, armed, browser, another):
    assert len(set(armed)) == codes.RECOVERY_CODES
    browser.sign_in(ada)
    assert browser.post("/sign-in/code", {"code": armed[3].upper().replace("-", " ")}).status_code == 303
    another.sign_in(ada)
    assert another.post("/sign-in/code", {"code": armed[3]}).status_code == 422
    assert another.post("/sign-in/code", {"code": armed[4]}).status_code == 303
    assert "8 recovery codes are left" in browser.get("/account/security").text


@pytest.mark.database
def test_new_recovery_codes_end_the_old(cast, ada, armed, browser, another):
    browser.sign_in(ada)
    browser.post("/sign-in/code", {"code": armed[0]})
    browser.post("/account/security/codes/recovery", {})
    another.sign_in(ada)
    assert another.post("/sign-in/code", {"code": armed[1]}).status_code == 422


@pytest.mark.database
def test_nothing_readable_lies_in_the_database(cast, armed):
    with entered(Scope.system()):
        kept = db.session.get_one(CodeGenerator, cast.ada)
        secret = codes.unseal("s" * 40, f"{cast.riverside}:{cast.ada}", kept.secret)
        assert secret and secret not in kept.secret
        hashes = {row.code_hash for row in db.session.query(RecoveryCode)}
        assert not any(code.encode() in row for code in armed for row in hashes)


@pytest.mark.database
def test_guessing_codes_is_throttled(cast, ada, armed, browser, hand):
    browser.sign_in(ada)
    for _ in range(signing_in.TRIES_BY_ACCOUNT):
        assert browser.post("/sign-in/code", {"code": "000000"}).status_code == 422
    assert browser.post("/sign-in/code", {"code": code_of(cast.ada, cast.riverside)}).status_code == 429


@pytest.mark.database
@pytest.mark.parametrize("spoil", ["no cookie", "too late", "password changed", "of another"])
def test_the_second_step_needs_the_first(app, cast, ada, armed, browser, another, hand, spoil, password_hash):
    browser.sign_in(ada)
    if spoil == "no cookie":
        browser.client.delete_cookie("step", domain="riverside.example")
    elif spoil == "too late":
        hand.move(signing_in.SECOND_STEP)
    elif spoil == "password changed":
        another.sign_in(ada)
        another.post("/sign-in/code", {"code": armed[0]})
        form = {"old": PASSWORD, "new": "another long password"}
        assert another.post("/account/security/password", form).status_code == 303
    else:
        browser.client.set_cookie("step", "made-up", domain="riverside.example")
    answer = browser.post("/sign-in/code", {"code": code_of(cast.ada, cast.riverside)})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert browser.cookie is None


@pytest.mark.database
def test_turning_them_on_ends_other_sessions(app, cast, ada, browser, another):
    browser.sign_in(ada)
    another.sign_in(ada)
    with_codes(browser, cast.ada, cast.riverside)
    assert another.get("/account").status_code == 303
    assert browser.get("/account").status_code == 200


@pytest.mark.database
def test_turning_them_off_takes_a_code(cast, ada, armed, browser):
    browser.sign_in(ada)
    browser.post("/sign-in/code", {"code": armed[0]})
    assert "wrong-code" in browser.post("/account/security/codes/removal", {"code": "123456"}).location
    assert "codes-off" in browser.post("/account/security/codes/removal", {"code": armed[1]}).location
    browser.post("/sign-out", {})
    assert browser.sign_in(ada).location == "/desk/"


@pytest.mark.database
def test_a_secret_in_use_is_not_replaced(cast, ada, armed, browser):
    browser.sign_in(ada)
    browser.post("/sign-in/code", {"code": armed[0]})
    before = code_of(cast.ada, cast.riverside)
    browser.post("/account/security/codes", {})
    assert code_of(cast.ada, cast.riverside) == before
    assert browser.get("/account/security/codes").location == "/account/security"


@pytest.mark.database
def test_the_secret_is_shown_until_it_is_confirmed(cast, ada, browser):
    browser.sign_in(ada)
    browser.post("/account/security/codes", {})
    page = browser.get("/account/security/codes")
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "<svg" in page.text
    assert browser.post("/account/security/codes/confirmation", {"code": "1"}).status_code == 422
    browser.post("/sign-out", {})
    assert browser.sign_in(ada).location == "/desk/"  # not asked for before its first code was right
