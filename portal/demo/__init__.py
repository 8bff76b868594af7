"""The demo: two networks and their customers, told through the verbs of the domain as if eight weeks had passed.

A host name opens a network only when its story has come to its end, so an open demo is a complete one. A telling that
was interrupted cannot be taken up again, because time has gone on meanwhile: it is begun anew in an empty database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from portal.accounts.passwords import Unfit, hashed
from portal.cases.models import Case
from portal.cases.titles import title_of
from portal.config import Settings
from portal.demo import setting as settings_of
from portal.demo import (
    stories_en,
    stories_ideas,
    stories_inside,
    stories_second_look,
    stories_spike,
    stories_today,
    stories_together,
    stories_zh_hans,
    stories_zh_hant,
    story_md512,
)
from portal.demo.places import HARBOR, RIVERSIDE, SETTINGS
from portal.demo.telling import play, scenes
from tenants import administration, clock, door
from tenants.administration import Refused
from tenants.scope import Scope, db, entered

PASSWORD = "daylight-demo"  # noqa: S105 (of people who do not exist, and refused in production)
STORIES = {
    RIVERSIDE.slug: (
        story_md512.SUITCASE,
        *stories_en.BEFORE,
        *stories_zh_hans.STORIES,
        *stories_zh_hant.STORIES,
        *stories_second_look.STORIES,
        *stories_together.STORIES,
        *stories_inside.STORIES,
        *stories_today.NOW,
        *stories_spike.NOW,
    ),
    HARBOR.slug: stories_today.FERRIES,
}
IDEAS = {RIVERSIDE.slug: stories_ideas.IDEAS, HARBOR.slug: ()}
EVERY = 25
"""Acts between two lines of progress."""


def is_empty(app: Flask) -> bool:
    """Whether the demo may still be told: there is no network yet, or only what an interrupted telling has left."""
    with app.app_context():
        return not _is_told() and not _other_networks()


def tell(app: Flask) -> None:
    """Tell the demo into an empty database; where it has been told, say so. Raises ClickException."""
    with app.app_context(), _told_as_one_line():
        if _is_told():
            click.echo("The demo has been told here already; nothing was added.")
            return
        _refuse_others()
        _tell(_password(app))
        _open_doors(app)


def sign_ins() -> list[tuple[str, str, str]]:
    """Who may sign in to the first network: address, role, business."""
    return [
        (settings_of.address_of(person.login, business.slug), person.role, business.name[0])
        for business in RIVERSIDE.businesses
        for person in business.people
    ]


def introduction(app: Flask) -> list[str]:
    """What a person who has just started the portal wants to know; nothing if the demo has not been told."""
    with app.app_context(), _told_as_one_line():
        if not _is_told():
            return []
        references = [_reference(story.text) for story in (story_md512.SUITCASE, stories_zh_hans.STORIES[3])]
    url = app.config["SETTINGS"].public_url
    links = [f"{url}/cases/{reference}" for reference in references if reference] + [f"{url}/ideas", f"{url}/desk/"]
    secret = "in DEMO_PASSWORD" if os.environ.get("DEMO_PASSWORD") else PASSWORD
    people = [f"  {email:<28}{role:<9}{business}" for email, role, business in sign_ins()]
    return ["Worth opening:", *(f"  {link}" for link in links), f"Sign in with the password {secret}:", *people]


def _tell(password: str) -> None:
    now, all_scenes = clock.now(), []
    for setting in SETTINGS:
        click.echo(f"Building {setting.name[0]} …")
        stage = settings_of.build(setting, password)
        all_scenes += scenes(stage, [*STORIES[setting.slug], *IDEAS[setting.slug]], now)

    def progress(at: datetime, number: int) -> None:
        if number % EVERY == 0:
            click.echo(f"  {at:%d %b}: {number} of {len(all_scenes)} acts")

    click.echo("Living through eight weeks …")
    play(all_scenes, now, progress)


def _is_told() -> bool:
    known = {network.slug: network.hosts for network in administration.networks()}
    return all(known.get(setting.slug) for setting in SETTINGS)


def _other_networks() -> set[str]:
    return {network.slug for network in administration.networks()} - {setting.slug for setting in SETTINGS}


def _refuse_others() -> None:
    if others := _other_networks():
        raise Refused(f"The demo wants a database of its own; this one holds {', '.join(sorted(others))}.")
    if administration.networks():
        raise Refused(
            "An earlier telling was interrupted. To start over, empty the database "
            "(SQLite: delete DATA_DIR/daylight.sqlite3*), run `portal setup`, then `portal demo`."
        )


def _password(app: Flask) -> str:
    settings: Settings = app.config["SETTINGS"]
    given = os.environ.get("DEMO_PASSWORD", "")
    if settings.in_production and not given:
        raise Refused("In production the demo needs a password of your own: set DEMO_PASSWORD.")
    if given:
        hashed(given)  # an unfit one is refused before anything is built
    return given or PASSWORD


def _open_doors(app: Flask) -> None:
    """The first network opens at the address of the installation, the other one at a name below it."""
    host = urlsplit(app.config["SETTINGS"].public_url).hostname or "localhost"
    below = "localhost" if host.replace(".", "").isdigit() or ":" in host else host
    for setting, opened in ((HARBOR, f"{HARBOR.slug}.{below}"), (RIVERSIDE, host if ":" not in host else "localhost")):
        administration.add_network(
            setting.slug, prefix=setting.prefix, name=setting.name[0], zone=setting.zone, locale="en", hosts=[opened]
        )
    door.forget_networks()


def _reference(text: str) -> str | None:
    card = door.network_by_slug(RIVERSIDE.slug)
    if card is None:
        return None
    with entered(Scope.public(card.id)):
        return db.session.scalar(select(Case.reference).where(Case.title == title_of(text)).limit(1))


@contextmanager
def _told_as_one_line() -> Iterator[None]:
    try:
        yield
    except (Refused, Unfit) as reason:
        raise click.ClickException(str(reason)) from None
    except DBAPIError as problem:
        if type(problem.orig).__name__ == "UndefinedTable" or "no such table" in str(problem.orig):
            raise click.ClickException("The database has no tables yet: run `portal setup` first.") from None
        raise
