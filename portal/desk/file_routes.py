"""Contents of files on the desk, and their removal by staff; these routes belong to the desk's blueprint."""

from __future__ import annotations

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from portal.cases.reading import find_case
from portal.cases.references import normal
from portal.desk.routes import blueprint
from portal.files.reading import find_content
from portal.files.routes import asked, removed
from portal.files.web import send

FILE = "/<tenant>/cases/<reference>/files/<int(max=999999999):number>"


@blueprint.get(FILE)
def show_file(tenant: str, reference: str, number: int) -> Response:
    return send(find_content(normal(reference) or "", number))


@blueprint.get(f"{FILE}/thumbnail")
def show_thumbnail(tenant: str, reference: str, number: int) -> Response:
    return send(find_content(normal(reference) or "", number, thumbnail=True))


@blueprint.get(f"{FILE}/removal")
def ask_before_removal(tenant: str, reference: str, number: int) -> Response:
    return asked(find_case(reference), number, f"/desk/{tenant}/cases/{reference}")


@blueprint.post(f"{FILE}/removal")
def remove_file(tenant: str, reference: str, number: int) -> AnyResponse:
    return removed(find_case(reference), number, f"/desk/{tenant}/cases/{reference}")
