"""The door of the web: from a request to a scope, and the checks that come before any route.

Host → network, cookie → visitor, path → what that visitor may be here. The look-ups themselves are in
`tenants/door.py`. A route never asks who is there: it finds only what its scope may see.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask_login import LoginManager, UserMixin
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from portal import page_language, request_log
from portal.accounts.keeping import owned_case
from portal.cases.references import normal
from portal.config import Settings
from portal.replica import MOST_BEHIND
from tenants import door
from tenants.scope import Scope, enter, entered, leave

SAFE = {"GET", "HEAD", "OPTIONS"}
BEFORE_THE_DOOR = {"operations.healthz", "operations.readyz", "operations.metrics"}
AT_THE_DOOR = {"accounts", "keys", "survey_links", "following_links", "ballots"}
"""Blueprints whose routes recognise somebody, and may do nothing else."""
BY_TOKEN = {"following_links.end"}
"""Endpoints that a mail program calls by itself (RFC 8058): the token in the address is the whole proof."""
WITHOUT_TOKEN = {"reports.create"}
"""A report is nobody's act in particular. Its page, loaded anew, sends a body that is older than the session which the
first answer began, and has to make the same case again instead of an error."""
LOCAL = {"localhost", "127.0.0.1", "[::1]"}
DEMO_NETWORK = "riverside"
NEW_SESSION = "daylight.new_session"
"""Where the token of a session stands that this answer begins, so that the forms on its page work at once."""

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SignedIn(UserMixin):  # type: ignore[misc]
    """What flask-login knows of the person at the door."""

    def __init__(self, person: door.Person) -> None:
        self.person = person

    def get_id(self) -> str:
        return str(self.person.id)


def init_entrance(app: Flask, settings: Settings) -> None:
    """Register the door, the checks on unsafe requests, and the headers of every answer."""
    _init_login(app)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.jinja_env.globals["csrf_field"] = csrf_field
    app.context_processor(_frame)
    app.before_request(_come_in)
    app.teardown_request(_go_out)
    app.after_request(_remember_writing)
    app.after_request(_harden)
    app.config["SESSION_COOKIE"] = "__Host-session" if settings.in_production else "session"


def _init_login(app: Flask) -> None:
    """Flask-Login decides who is signed in from our own server-side session.

    Not `init_app`: it would touch Flask's cookie session on every page, and anonymous pages must touch none.
    """
    manager = LoginManager()
    manager.login_view = "accounts.sign_in"
    app.login_manager = manager  # type: ignore[attr-defined]

    @manager.request_loader  # type: ignore[untyped-decorator]
    def load(_request: object) -> SignedIn | None:
        visitor = g.get("visitor")
        return SignedIn(visitor.person) if visitor and visitor.person else None

    @manager.unauthorized_handler  # type: ignore[untyped-decorator]
    def to_sign_in() -> AnyResponse:
        return redirect(url_for("accounts.sign_in", next=request.path))


def session_token() -> str | None:
    """Of the session that this answer hands out, else of the one that the browser came with."""
    return request.environ.get(NEW_SESSION) or request.cookies.get(current_app.config["SESSION_COOKIE"]) or None


def keep_session(response: AnyResponse, token: str, seconds: int) -> None:
    """Hand the browser its session cookie."""
    secure = current_app.config["SETTINGS"].in_production
    response.set_cookie(
        current_app.config["SESSION_COOKIE"], token, max_age=seconds, secure=secure, httponly=True, samesite="Lax"
    )


def drop_session(response: AnyResponse) -> None:
    secure = current_app.config["SETTINGS"].in_production
    response.delete_cookie(current_app.config["SESSION_COOKIE"], secure=secure, httponly=True, samesite="Lax")


def csrf_token() -> str:
    """The token that a form must bring back: bound to the session cookie, empty when there is none."""
    token = session_token()
    if not token:
        return ""
    return hmac.new(current_app.secret_key.encode(), token.encode(), hashlib.sha256).hexdigest()  # type: ignore[union-attr]


def csrf_field() -> Markup:
    """The token as a form carries it: nothing for a browser without a session, so that its pages stay cacheable."""
    known: tuple[str, Markup] | None = g.get("csrf_field")
    token = session_token() or ""
    if known is None or known[0] != token:
        field = Markup('<input type="hidden" name="csrf_token" value="{}">')
        known = g.csrf_field = token, field.format(csrf_token()) if token else Markup()
    return known[1]


def _frame() -> dict[str, Any]:
    """What the frame of every page shows: which network this is, and who is signed in."""
    visitor = g.get("visitor")
    reader = None
    if visitor and visitor.person:
        desk = "/desk/" if visitor.seats else None
        reader = {"name": visitor.person.name, "desk": desk, "keeps": g.get("keeps", False)}
    return {"network": g.get("network"), "reader": reader}


# -- in ------------------------------------------------------------------------------------------------------------


def _come_in() -> AnyResponse | None:
    request_log.note()
    if request.endpoint in BEFORE_THE_DOOR:
        return None
    g.network = _network()
    request_log.note(network=g.network.id)
    page_language.enter(g.network.locale, ZoneInfo(g.network.zone))
    if request.method not in SAFE and request.endpoint not in BY_TOKEN:
        _check_origin()
    _refuse_unspeakable()
    g.visitor, opened = _recognize(g.network.id)
    g.opened, g.opened_case = opened is not None, opened
    scope = _scope(g.visitor, opened)
    if isinstance(scope, Scope):
        g.scope_token = enter(scope)
        return None
    return scope


def _network() -> door.NetworkCard:
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    settings: Settings = current_app.config["SETTINGS"]
    network = door.network_by_host(host.lower())
    if network is None and not settings.in_production:
        if host in LOCAL:
            network = door.network_by_slug(DEMO_NETWORK)
        elif host.endswith(".localhost"):
            network = door.network_by_slug(host.removesuffix(".localhost"))
    if network is None:
        abort(421)
    return network


def _recognize(network_id: int) -> tuple[door.Visitor | None, int | None]:
    """Who this browser is, and the case of this path that its account has or it holds a key for: one visit."""
    token = session_token()
    if token is None:
        return None, None
    with entered(Scope.door(network_id)):
        visitor = door.visitor(token)
        if visitor is None:
            return None, None
        if visitor.due_for_seen and request.method not in SAFE:
            door.mark_seen(visitor.session_id)
        reference = normal((request.view_args or {}).get("reference", ""))
        if reference is None or request.blueprint == "desk":
            return visitor, None
        kept = owned_case(visitor.person.id, reference) if visitor.person else None
        g.keeps = kept is not None
        return visitor, kept or door.opened_subject(visitor.session_id, "case", reference)


def _scope(visitor: door.Visitor | None, opened: int | None) -> Scope | AnyResponse:
    """What this visitor is on this path."""
    network_id = g.network.id
    if request.blueprint == "desk":
        return _desk_scope(network_id, visitor, (request.view_args or {}).get("tenant"))
    if request.blueprint in AT_THE_DOOR:
        return Scope.door(network_id)
    if opened is not None:
        return Scope.customer(network_id, case_id=opened)
    return Scope.public(network_id, from_replica=_may_be_behind(visitor))


def _may_be_behind(visitor: door.Visitor | None) -> bool:
    """Whether this reader may be shown what a replica says: nobody known, who has not just written something."""
    if visitor is not None or request.method not in SAFE or request.cookies.get(_just_wrote()):
        return False
    return bool(current_app.extensions["standby"].is_fit())


def _just_wrote() -> str:
    return "__Host-wrote" if current_app.config["SETTINGS"].in_production else "wrote"


def _desk_scope(network_id: int, visitor: door.Visitor | None, slug: str | None) -> Scope | AnyResponse:
    if visitor is None or visitor.person is None:
        response: AnyResponse = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        return response
    if slug is None:
        return Scope.customer(network_id, person_id=visitor.person.id)
    seat = next((seat for seat in visitor.seats if seat.slug == slug), None)
    if seat is None:
        abort(404)
    g.seat = seat
    request_log.note(tenant=seat.tenant_id)
    return Scope.staff(network_id, seat.tenant_id, visitor.person.id, seat.role)


def _check_origin() -> None:
    """Refuse what another site sends in this browser's name.

    Every current browser says where a request comes from (Sec-Fetch-Site); older ones say Origin. `same-site` is
    another network of the same domain, and is refused like any stranger. With a session there is a token besides.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        ours = site == "same-origin"
    else:
        origin = urlsplit(request.headers.get("Origin", ""))
        ours = bool(origin.netloc) and (origin.scheme, origin.netloc) == (request.scheme, request.host)
    if not ours:
        abort(403)
    if session_token() and request.endpoint not in WITHOUT_TOKEN:
        given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token") or ""
        if not hmac.compare_digest(given.encode(), csrf_token().encode()):
            abort(403)


def _refuse_unspeakable() -> None:
    """NUL and lone surrogates have no business in any text; databases and files choke on them in different ways."""
    values = [
        request.path,
        *request.args.values(),
        *(value for values in request.form.listvalues() for value in values),
    ]
    for value in values:
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            abort(400)


# -- out -----------------------------------------------------------------------------------------------------------


def _go_out(_error: BaseException | None) -> None:
    token = g.pop("scope_token", None)
    if token is not None:
        leave(token)


def _remember_writing(response: Response) -> Response:
    """Who has written reads past what is behind: a replica, and the cache of a proxy, which ends after a second."""
    settings: Settings = current_app.config["SETTINGS"]
    seconds = math.ceil(MOST_BEHIND) + 1 if settings.database_replica_url else 2 if settings.trusted_proxies else 0
    if seconds and request.method not in SAFE and response.status_code < 400:
        response.set_cookie(
            _just_wrote(), "1", max_age=seconds, secure=settings.in_production, httponly=True, samesite="Lax"
        )
    return response


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SETTINGS"].in_production:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response
