"""What the loads need to know of a portal: who is signed in, which pages there are, and forms that nobody has sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from itsdangerous import URLSafeTimedSerializer

from benchmarks.rows import DEEP, Target
from benchmarks.seed import HOST, PASSWORD, Seeded
from portal.cases.models import Case
from tenants.scope import Scope, current, db, entered

SECRET = "benchmark-secret-of-more-than-32-characters"  # noqa: S105 (a throw-away portal on loopback)
FORMS = 30_000


def target_of(app: Any, seeded: Seeded, folder: Path) -> Target:
    """Sign in and open a case as its customer, once; then everything is known that the loads need."""
    browser = app.test_client()
    base = f"https://{HOST}"
    same = {"Sec-Fetch-Site": "same-origin"}
    browser.get("/sign-in", base_url=base)
    browser.post("/sign-in", data={"email": "agent@bench.example", "password": PASSWORD}, headers=same, base_url=base)
    staff = _cookie(browser)
    customer = app.test_client()
    customer.post(f"/k/{seeded.key}", headers=same, base_url=base)
    path = f"/cases/{seeded.references[0]}/live"
    etags = {
        "public": app.test_client().get(path, base_url=base).headers["ETag"],
        "owner": customer.get(path, base_url=base).headers["ETag"],
    }
    return Target(seeded, folder, _cookie(customer), staff, _deep(app), etags, _forms(folder))


def _cookie(browser: Any) -> str:
    found = browser.get_cookie("__Host-session", domain=HOST) or browser.get_cookie("__Host-session")
    if found is None:
        raise RuntimeError("no session: the sign-in of the benchmark failed")
    return f"__Host-session={found.value}"


def _deep(app: Any) -> str:
    """The token of the page after `DEEP` rows, or of the middle of a shorter list."""
    cases = Case.__table__
    with app.app_context(), entered(Scope.system()):
        query = current().select(cases.c.id).where(cases.c.visibility == "public").order_by(cases.c.id.desc())
        found = db.session.scalar(query.offset(DEEP).limit(1)) or db.session.scalar(query.offset(200).limit(1))
    return f"{found:x}"


def _forms(folder: Path) -> Path:
    signer = URLSafeTimedSerializer(SECRET, salt="report-form")
    path = folder / "forms.txt"
    with path.open("w") as file:
        for number in range(FORMS):
            nonce = signer.dumps(f"bench-nonce-{number:08d}-xxxxxxxxxx")
            form = {"nonce": nonce, "what": f"The belt stopped again, number {number}.", "visibility": "public",
                    "language": "en", "category": "c3"}  # fmt: skip
            file.write(urlencode(form) + "\n")
    return path
