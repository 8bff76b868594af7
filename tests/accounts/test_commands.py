"""`portal user` and `portal network`, as a person at the command line calls them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from portal.calendars.models import ServiceCalendar
from portal.cli import main
from portal.config import Settings
from tenants.models import Tenant
from tenants.scope import Scope, db, entered
from tests.accounts.conftest import Browser

pytestmark = pytest.mark.database

OTHER = ["--name", "Other", "--prefix", "OX", "--zone", "UTC"]
RIVERSIDE = ["--name", "Riverside", "--prefix", "RIV", "--zone", "Europe/Vienna"]


@pytest.fixture
def portal(app: Flask, migrated: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DATA_DIR", str(migrated.data_dir))
    monkeypatch.setenv("DATABASE_URL", migrated.database_url)
    monkeypatch.setenv("SECRET_KEY", migrated.secret_key)

    def run(*words: str, code: int = 0, given: str | None = None) -> str:
        answer = CliRunner().invoke(main, words, input=given)
        assert answer.exit_code == code, answer.output
        return answer.output

    return run


@pytest.fixture
def airport(portal: Any) -> None:
    portal("network", "add", "riverside", *RIVERSIDE, "--host", "riverside.example")
    portal("network", "tenant", "add", "airport", "--name", "Airport", "--host")
    portal("network", "tenant", "add", "meridian", "--name", "Meridian Air", "--desk-email", "Desk@Meridian.example")


def test_from_nothing_to_somebody_signed_in(portal, airport, browser):
    told = portal("user", "add", "Ada@example.com", "--name", "Ada", "--tenant", "meridian", "--role", "agent")
    password = re.search(r"^Password: (\S+)$", told, re.M).group(1)
    assert len(password) == 20
    assert browser.sign_in("ada@example.com", password).status_code == 303
    assert portal("user", "list") == "ada@example.com  Ada  agent at meridian\n"


def test_a_business_begins_with_a_calendar(portal, airport):
    with entered(Scope.system()):
        tenants = db.session.scalars(select(Tenant).order_by(Tenant.slug)).all()
        assert [(tenant.slug, tenant.is_host, tenant.desk_email) for tenant in tenants] == [
            ("airport", True, None),
            ("meridian", False, "desk@meridian.example"),
        ]
        assert {c.zone for c in db.session.scalars(select(ServiceCalendar))} == {"Europe/Vienna"}


def test_adding_again_changes_nothing(portal, airport):
    before = portal("network", "list")
    portal("network", "add", "riverside", *RIVERSIDE, "--host", "riverside.example")
    portal("network", "tenant", "add", "airport", "--name", "Airport", "--host")
    assert portal("network", "list") == before
    portal("user", "add", "ada@example.com", "--name", "Ada", "--password-stdin", given="a fine long password\n")
    again = portal("user", "add", "ada@example.com", "--name", "Ada", "--tenant", "meridian", "--role", "manager")
    assert "was there already; its password stays" in again and "Password:" not in again
    assert portal("user", "list") == "ada@example.com  Ada  manager at meridian\n"


def test_a_password_from_the_input_is_never_printed(portal, airport, browser):
    told = portal("user", "add", "ada@example.com", "--name", "Ada", "--password-stdin", given="a fine long password\n")
    told += portal("user", "password", "ada@example.com", "--password-stdin", given="another long password\n")
    assert "long password" not in told
    assert browser.sign_in("ada@example.com", "another long password").status_code == 303


def test_disabling_and_enabling(portal, airport, browser):
    portal("user", "add", "ada@example.com", "--name", "Ada", "--password-stdin", given="a fine long password\n")
    portal("user", "disable", "ada@example.com")
    assert portal("user", "list") == "ada@example.com  Ada  no role  disabled\n"
    assert browser.sign_in("ada@example.com").status_code == 422
    portal("user", "enable", "ada@example.com")
    assert browser.sign_in("ada@example.com").status_code == 303


def test_a_second_network_must_be_named(portal, airport, browser, app):
    far = ["--name", "Northport", "--prefix", "NOR", "--zone", "Europe/London", "--host", "northport.example"]
    portal("network", "add", "northport", *far)
    assert "name the network: there are northport, riverside" in portal("user", "list", code=1)
    given = "a fine long password\n"
    portal("user", "add", "ada@example.com", "--name", "Ada", "--network", "northport", "--password-stdin", given=given)
    assert Browser(app.test_client(), "http://northport.example").sign_in("ada@example.com").status_code == 303
    assert browser.sign_in("ada@example.com").status_code == 422


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["network", "add", "Bad Slug", *RIVERSIDE, "--host", "x.example"], "not a slug"),
        (["network", "add", "other", *RIVERSIDE, "--host", "x.example"], "prefix RIV is taken by riverside"),
        (["network", "add", "riverside", *RIVERSIDE[:-1], "Europe/Paris", "--host", "x.example"], "another prefix"),
        (["network", "add", "o2", *RIVERSIDE[:-1], "Mars/Base", "--host", "x.example"], "not a time zone"),
        (["network", "add", "o2", *OTHER, "--host", "riverside.example"], "opens another"),
        (["network", "add", "o2", *OTHER, "--host", "a b"], "not a host"),
        (["network", "tenant", "add", "second", "--name", "S", "--host"], "the place of the host is taken by airport"),
        (["network", "tenant", "add", "meridian", "--name", "M", "--host"], "exists and is not the host"),
        (["network", "tenant", "add", "x", "--name", "M", "--network", "nowhere"], "there is no network nowhere"),
        (["user", "add", "ada", "--name", "Ada"], "not an e-mail address"),
        (["user", "add", "a@example.com,b@example.com", "--name", "Ada"], "not an e-mail address"),
        (["user", "add", "ada@example.com", "--name", "A", "--tenant", "no", "--role", "agent"], "no tenant no"),
        (["user", "disable", "nobody@example.com"], "there is no account"),
        (["user", "password", "nobody@example.com"], "there is no account"),
    ],
)  # fmt: skip
def test_a_refusal_is_one_line_and_exit_code_1(portal, airport, words, reason):
    told = portal(*words, code=1)
    assert reason in told
    assert told.count("\n") == 1


def test_a_short_password_is_refused(portal, airport):
    told = portal("user", "add", "ada@example.com", "--name", "Ada", "--password-stdin", code=1, given="short\n")
    assert "12 to 1000 characters" in told


def test_a_role_belongs_to_a_tenant(portal, airport):
    portal("user", "add", "ada@example.com", "--name", "Ada", "--tenant", "meridian", code=2)
