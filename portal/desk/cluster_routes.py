"""Clusters on the desk: what stands out, confirming it, and one reply to all. They belong to the desk's blueprint."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

from portal.answers import private
from portal.cases.holding import NoSuchCase
from portal.cases.reading import find_case
from portal.clusters import deciding, reading, replying
from portal.desk.forms import TextForm
from portal.desk.page import author, frame, names_of
from portal.desk.routes import blueprint
from portal.errors import page as error_page
from portal.forms import first_errors, words
from portal.languages import gettext as _
from portal.languages import lazy_gettext as _l
from portal.languages import ngettext
from tenants.permissions import allows
from tenants.scope import current

ONE = "/<tenant>/clusters/<int(max=9223372036854775807):cluster_id>"


class TitleForm(Form):
    """What a cluster is called in public."""

    title = words(_l("Write what the incident is, in a few words."), 120)


@blueprint.get("/<tenant>/clusters")
def show_clusters(tenant: str) -> Response:
    page = render_template("desk/clusters.html", **frame(), **_names(), clusters=reading.on_desk(), may=_may())
    return private(make_response(page))


@blueprint.get(ONE)
def show_cluster(tenant: str, cluster_id: int) -> Response:
    return _page(cluster_id)


@blueprint.post(f"{ONE}/confirmation")
def confirm_cluster(tenant: str, cluster_id: int) -> AnyResponse:
    form = TitleForm(request.form)
    if not form.validate():
        return _page(cluster_id, failed="confirm", errors=first_errors(form), status=422)
    deciding.confirm(cluster_id, title=" ".join((form.title.data or "").split()))
    return _back(tenant, cluster_id)


@blueprint.post(f"{ONE}/dismissal")
def dismiss_cluster(tenant: str, cluster_id: int) -> AnyResponse:
    deciding.dismiss(cluster_id)
    return redirect(url_for("desk.show_clusters", tenant=tenant), 303)


@blueprint.post(f"{ONE}/end")
def close_cluster(tenant: str, cluster_id: int) -> AnyResponse:
    deciding.close(cluster_id)
    return _back(tenant, cluster_id)


@blueprint.post(f"{ONE}/cases")
def add_to_cluster(tenant: str, cluster_id: int) -> AnyResponse:
    deciding.found(cluster_id)
    try:
        row = find_case(request.form.get("reference", "")[:40])
    except NoSuchCase:
        errors = {"reference": _("You have no case with this number.")}
        return _page(cluster_id, failed="add", errors=errors, status=422)
    deciding.take_in(cluster_id, row.id)
    return _back(tenant, cluster_id)


@blueprint.post(f"{ONE}/cases/<reference>/removal")
def take_from_cluster(tenant: str, cluster_id: int, reference: str) -> AnyResponse:
    deciding.take_out(cluster_id, find_case(reference).id)
    return _back(tenant, cluster_id)


@blueprint.post(f"{ONE}/replies")
def reply_to_cluster(tenant: str, cluster_id: int) -> AnyResponse:
    """Asked once more before it is sent: the first press shows to whom it goes, and one can go back and change it."""
    if request.form.get("change") == "1":
        return _page(cluster_id, failed="reply")
    form, rest = TextForm(request.form), request.form.get("rest") == "1"
    if not form.validate():
        return _page(cluster_id, failed="reply", errors=first_errors(form), status=422)
    number = _number()
    if request.form.get("sure") != "1":
        return _sure(cluster_id, number, form.text.data or "", rest=rest)
    outcome = replying.reply_to_all(cluster_id, number, text=form.text.data or "", author=author(), rest=rest)
    return _back(tenant, cluster_id, sent=outcome.sent, refused=outcome.refused)


def _sure(cluster_id: int, number: int, text: str, *, rest: bool) -> Response:
    cluster = deciding.found(cluster_id)
    if cluster.state != "open" or cluster.replies != number:
        raise deciding.ClusterMoved(cluster.state)
    reached = replying.to_reach(cluster_id, number if rest else number + 1)
    context = {"cluster": cluster, "text": text, "rest": rest, "count": len(reached), "most": replying.MOST}
    context["planless"] = replying.without_plan(reached[: replying.MOST])
    return private(make_response(render_template("desk/cluster_reply.html", **frame(), **context)))


def _page(
    cluster_id: int,
    *,
    failed: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
    notice: str = "",
    tone: str = "",
) -> Response:
    cluster = deciding.found(cluster_id)
    inside, elsewhere = reading.members(cluster_id)
    reach = replying.to_reach(cluster_id, cluster.replies + 1)
    page = render_template(
        "desk/cluster.html",
        **frame(),
        **_names(),
        cluster=cluster,
        members=inside,
        elsewhere=elsewhere,
        reach=len(reach),
        planless=replying.without_plan(reach),
        left=len(replying.to_reach(cluster_id, cluster.replies)) if cluster.replies else 0,
        may=_may(),
        failed=failed,
        errors=errors or {},
        values=request.form,
        notice=notice or _outcome(),
        tone=tone,
    )
    return private(make_response(page, status))


def _outcome() -> str:
    """What the page says after a reply to all; the numbers come from the address that it led to."""
    sent, refused = (request.args.get(name, "") for name in ("sent", "refused"))
    if not all(each.isascii() and each.isdigit() and len(each) < 4 for each in (sent, refused)):
        return ""
    said = ngettext("%(num)s case has your reply.", "%(num)s cases have your reply.", int(sent))
    if int(refused):
        more = ngettext("At %(num)s it was not possible.", "At %(num)s it was not possible.", int(refused))
        said = f"{said} {more}"
    return said


def _names() -> dict[str, Any]:
    names = names_of()
    return {
        "places": {each.id: each.name for each in names.places.values()},
        "topics": {each.id: each.name for each in names.categories.values()},
    }


def _may() -> bool:
    return allows(current(), "cluster.decide")


def _number() -> int:
    text = request.form.get("number", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _back(tenant: str, cluster_id: int, **said: Any) -> AnyResponse:
    return redirect(url_for("desk.show_cluster", tenant=tenant, cluster_id=cluster_id, **said), 303)


@blueprint.errorhandler(deciding.NoSuchCluster)
def no_such_cluster(_error: Exception) -> AnyResponse:
    return error_page(404)


@blueprint.errorhandler(deciding.ClusterMoved)
def cluster_moved(_error: Exception) -> Response:
    """Somebody was quicker: show it as it is now, with what was typed still there."""
    words = _("This has changed meanwhile. Nothing was done; this is how it stands now.")
    return _page((request.view_args or {})["cluster_id"], status=409, notice=words, tone="due")
