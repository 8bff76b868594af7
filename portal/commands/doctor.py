"""`portal doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import json

import click

needs = "portal.doctor.examining"
MARKS = {"ok": "ok      ", "warning": "WARNING ", "failing": "FAILING ", "not looked at": "-       "}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for programs.")
@click.option("--quiet", is_flag=True, help="Print only what is not well.")
def command(as_json: bool, quiet: bool) -> None:
    """Look at settings, database, clocks, permissions, index, log and queues. Changes nothing.

    Each thing that is not well comes with what to do. It takes some seconds, and half a minute on a large portal.

    Exit codes: 0 nothing is failing (there may be warnings), 1 something is.
    """
    from portal.doctor.examining import examine
    from portal.doctor.findings import State

    found = []
    for finding in examine():
        found.append(finding)
        if not as_json and not (quiet and finding.state is State.OK):
            click.echo(f"{MARKS[finding.state]}{finding.check}: {finding.words}")
            if finding.mend:
                click.echo(f"        → {finding.mend}")
    is_well = all(finding.state is not State.FAILING for finding in found)
    if as_json:
        checks = [{"check": f.check, "state": f.state, "words": f.words, "mend": f.mend} for f in found]
        click.echo(json.dumps({"well": is_well, "checks": checks}, ensure_ascii=False, indent=2))
    raise SystemExit(0 if is_well else 1)
