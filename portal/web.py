"""The application factory: puts the parts together, in the order in which a request meets them."""

from __future__ import annotations

from flask import Blueprint, Flask
from jinja2 import StrictUndefined
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

import portal.tables  # noqa: F401
from portal import assets, ballots, entrance, errors, keeper, measures, page_language, paths, request_log
from portal.accounts import routes as accounts
from portal.calendars import routes as calendars
from portal.cases import contact_routes as contacts
from portal.cases import key_routes as keys
from portal.cases import (
    me_too_routes,  # noqa: F401 (they add to the ballots' blueprint)
    money,
)
from portal.cases import owner_routes as owner
from portal.cases import report_routes as reports
from portal.cases import routes as cases
from portal.cases import survey_routes as surveys
from portal.cases import understanding_routes as understanding
from portal.clusters import routes as incidents
from portal.config import Settings
from portal.database import engine_options
from portal.desk import (  # noqa: F401 (they add to the desk's blueprint)
    calendar_routes,
    cluster_routes,
    file_routes,
    handoff_errors,
    handoff_routes,
    idea_board_routes,
    idea_link_routes,
    idea_routes,
    idea_word_routes,
    judging_routes,
    partner_routes,
    people_routes,
    queue_routes,
    search_routes,
    unit_handoff_routes,
    unit_routes,
)
from portal.desk import routes as desk
from portal.draining import Draining
from portal.empty_session import EmptySession
from portal.files import routes as files
from portal.files.web import init_files
from portal.following import (  # noqa: F401 (they add to the blueprints of ballots and following)
    idea_feeds,
    idea_follow_routes,
)
from portal.following import routes as following
from portal.front import routes as front
from portal.handoffs import routes as handoffs
from portal.htmx import htmx
from portal.ideas import (  # noqa: F401 (they add to the blueprints of ballots and ideas)
    act_routes,
    amendment_routes,
    case_routes,
    comment_routes,
    edit_routes,
    fixed_routes,
    from_case_routes,
    roadmap_routes,
    version_routes,
)
from portal.ideas import routes as ideas
from portal.kept import Kept
from portal.lean_template import LeanTemplate
from portal.operations import routes as operations
from portal.replica import followed, standby_of
from portal.search import (
    idea_hint_routes,  # noqa: F401 (it adds to the ballots' blueprint)
)
from portal.search import routes as search
from portal.search.choosing import init_search
from portal.shared_tries import init_tries
from portal.touchpoints import routes as touchpoints
from portal.version_lookup import version_lookup
from tenants import clock
from tenants.db import configure_postgresql, configure_sqlite
from tenants.guard import guard
from tenants.rls import APP_ROLE, WORKER_ROLE
from tenants.scope import db


def create_app(settings: Settings | None = None) -> Flask:
    """The portal as a WSGI application. Reads the environment when no settings are given."""
    settings = settings or Settings.load()
    app = Flask("portal", template_folder=str(paths.templates()), static_folder=None)
    app.session_interface = EmptySession()
    _configure(app, settings)
    _connect(app, settings)
    page_language.init_languages(app, clock.now)
    app.jinja_env.filters["money"] = money.shown
    init_files(app, settings)
    init_search(app, settings)
    init_tries(app, settings)
    entrance.init_entrance(app, settings)
    errors.init_errors(app)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    operations.init_operations(app, settings)
    htmx.init_app(app)
    app.wsgi_app = request_log.RequestLog(app.wsgi_app, behind_proxy=settings.trusted_proxies > 0)  # type: ignore[method-assign]
    _keep_pages(app, settings)
    assets.init_assets(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops, x_port=hops)  # type: ignore[method-assign]
    app.wsgi_app = Draining(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_body_bytes,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_SECURE=settings.in_production,
        SESSION_COOKIE_SAMESITE="Lax",
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings, APP_ROLE),
        SETTINGS=settings,
    )
    if settings.on_postgresql:
        worker = {"url": settings.worker_url, **engine_options(settings, WORKER_ROLE)}
        app.config["SQLALCHEMY_BINDS"] = {"worker": worker}
    if settings.database_replica_url is not None:
        replica = {"url": settings.database_replica_url, **engine_options(settings, APP_ROLE)}
        app.config["SQLALCHEMY_BINDS"]["replica"] = replica
    app.debug = not settings.in_production
    app.jinja_env.template_class = LeanTemplate
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.auto_reload = app.debug
    app.url_map.strict_slashes = False


def _connect(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            _prepare(engine, settings)


def _prepare(engine: Engine, settings: Settings) -> None:
    if engine.dialect.name == "sqlite":
        configure_sqlite(engine, synchronous=settings.sqlite_synchronous)
    else:
        configure_postgresql(engine)
    guard(engine)
    measures.watch(engine)


def _blueprints() -> list[Blueprint]:
    return [
        front.blueprint,
        calendars.blueprint,
        reports.blueprint,
        cases.blueprint,
        owner.blueprint,
        contacts.blueprint,
        surveys.blueprint,
        surveys.by_link,
        following.blueprint,
        following.at_door,
        handoffs.blueprint,
        ideas.blueprint,
        incidents.blueprint,
        search.blueprint,
        touchpoints.blueprint,
        ballots.blueprint,
        understanding.blueprint,
        files.blueprint,
        keys.blueprint,
        desk.blueprint,
        accounts.blueprint,
        operations.blueprint,
    ]


def _keep_pages(app: Flask, settings: Settings) -> None:
    longest = 1.0 if app.debug else keeper.LONGEST  # whoever edits a template wants to see it
    limit = settings.page_memory * 1024 * 1024 // 2
    standby = app.extensions["standby"] = standby_of(settings)
    versions = followed(settings, version_lookup(settings), standby)
    cookie = app.config["SESSION_COOKIE"]
    layer = keeper.Keeper(app.wsgi_app, versions, limit=limit, longest=longest, session_cookie=cookie)
    app.extensions["fragments"] = Kept(limit)
    app.extensions["keeper"] = layer
    app.wsgi_app = layer  # type: ignore[method-assign]
