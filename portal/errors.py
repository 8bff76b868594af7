"""From what went wrong in the domain to what a person is told: what happened, what was kept, what to do."""

from __future__ import annotations

import logging

from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from portal import request_log
from portal.cases.assessment import NoSuchTask
from portal.cases.holding import NoSuchCase, Stale
from portal.cases.parts import NoSuchPart
from portal.cases.promises import NoSuchPromise, NotByHand, PromiseSettled
from portal.cases.redaction import NothingThere
from portal.cases.remedies import NoSuchRemedy
from portal.cases.states import WrongState
from portal.cases.surveys import NoSuchSurvey
from portal.files.adding import NoSuchFile, TooManyFiles
from portal.files.storage import ContentGone, StorageAway
from portal.logs import fields
from tenants.permissions import Forbidden

LOG = logging.getLogger(__name__)
OURS = {500, 503}
"""Errors that are ours: whoever meets one is told the number under which the log knows it."""
TEMPLATES = {400, 403, 404, 409, 410, 413, 421, 422, 429, 500, 503}


def init_errors(app: Flask) -> None:
    """Register a page for every error that a person can meet."""

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.response is not None:
            return make_response(error.response)
        return page(error.code or 500)

    @app.errorhandler(Forbidden)
    def forbidden(_error: Forbidden) -> Response:
        return page(403)

    @app.errorhandler(NoSuchCase)
    @app.errorhandler(NoSuchPromise)
    @app.errorhandler(NoSuchRemedy)
    @app.errorhandler(NoSuchPart)
    @app.errorhandler(NoSuchTask)
    @app.errorhandler(NothingThere)
    @app.errorhandler(NoSuchSurvey)
    @app.errorhandler(NoSuchFile)
    @app.errorhandler(ContentGone)
    def unknown(_error: LookupError) -> Response:
        return page(404)

    @app.errorhandler(Stale)
    @app.errorhandler(WrongState)
    @app.errorhandler(PromiseSettled)
    @app.errorhandler(NotByHand)
    @app.errorhandler(TooManyFiles)
    def moved_on(_error: RuntimeError) -> Response:
        return page(409)

    @app.errorhandler(StorageAway)
    def storage_away(problem: StorageAway) -> Response:
        LOG.error("the storage of files did not answer", extra=fields("storage.away", problem=problem))
        response = page(503)
        response.headers["Retry-After"] = "30"
        return response

    @app.errorhandler(OperationalError)
    def database_away(error: OperationalError) -> Response:
        LOG.error("the database did not answer", extra=fields("database.away", problem=error.orig))
        response = page(503)
        response.headers["Retry-After"] = "5"
        return response

    if not app.testing:

        @app.errorhandler(Exception)
        def unexpected(error: Exception) -> Response:
            LOG.error("an error that nobody foresaw", exc_info=error, extra=fields("request.error"))
            return page(500)


def page(code: int) -> Response:
    """The page of one error, in the reader's language."""
    shown = code if code in TEMPLATES else (400 if code < 500 else 500)
    code_for_support = request_log.number(request.environ) if code in OURS else None
    response = make_response(render_template(f"errors/{shown}.html", request_id=code_for_support), code)
    response.headers["Cache-Control"] = "no-store"
    return response
