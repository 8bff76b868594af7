"""`portal rebuild`: makes a projection again from the events."""

import click

needs = "portal.followers.registry"


@click.command("rebuild")
@click.argument("name")
def command(name: str) -> None:
    """Clear the projection NAME (figures) and make it again from all events. Safe while everything runs.

    Until it is done the pages show less than there is. What was mailed or written in the log is never repeated.
    Exit codes: 0 done, 1 not a projection, 2 called wrongly.
    """
    from portal import installation
    from portal.followers.base import Nature, NotReplayable, rebuild
    from portal.followers.registry import FOLLOWERS, named

    try:
        follower = named(name)
    except KeyError:
        known = ", ".join(each.name for each in FOLLOWERS if each.nature is Nature.PROJECTION)
        raise click.BadParameter(f"there is no '{name}'; projections are {known}", param_hint="NAME") from None
    with installation.opened():
        try:
            told = rebuild(follower)
        except NotReplayable:
            raise click.ClickException(f"{name} is no projection: what it has done stays done") from None
    click.echo(f"{name} is made again from {told:,} events.")
