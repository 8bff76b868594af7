"""`portal network`: networks, the host names that open them, and their businesses."""

from __future__ import annotations

import click

needs = "portal.web"
LOCALES = ["en", "zh_Hans", "zh_Hant"]


@click.group("network")
def command() -> None:
    """Look after networks and their businesses.

    Exit codes: 0 done (or done before), 1 refused, with the reason, 2 called wrongly or with wrong settings.
    """


@command.command("add")
@click.argument("slug")
@click.option("--name", required=True, help="What it is called, in its own language.")
@click.option("--prefix", required=True, help="Two to four capital letters that begin every reference.")
@click.option("--zone", required=True, help="Time zone, like Europe/Vienna.")
@click.option(
    "--locale", default="en", show_default=True, type=click.Choice(["en", "zh_Hans", "zh_Hant"]), help="Language."
)
@click.option("--host", "hosts", multiple=True, required=True, help="Host name that opens it; may be repeated.")
def add(slug: str, name: str, prefix: str, zone: str, locale: str, hosts: tuple[str, ...]) -> None:
    """Make a network, or open further hosts of one that exists.

    Exit codes: 0 done, 1 refused, 2 called wrongly.
    """
    from portal import installation
    from tenants import administration

    with installation.opened():
        administration.add_network(slug, prefix=prefix, name=name, zone=zone, locale=locale, hosts=hosts)
    click.echo(f"Network {slug} answers at {', '.join(hosts)}.")


@command.command("list")
def show() -> None:
    """Print every network with its hosts and tenants.

    Exit code: 0.
    """
    from portal import installation
    from tenants import administration

    with installation.opened():
        for network in administration.networks():
            click.echo(f"{network.slug}  {network.prefix}  {network.zone}")
            click.echo(f"  hosts    {', '.join(network.hosts)}")
            click.echo(f"  tenants  {', '.join(network.tenants)}")


@command.group("tenant")
def tenant() -> None:
    """Look after the businesses of a network."""


@tenant.command("add")
@click.argument("slug")
@click.option("--network", "network_slug", help="Slug of its network; may be left out when there is only one.")
@click.option("--name", required=True, help="What it is called, in the network's language.")
@click.option("--host", "is_host", is_flag=True, help="It runs the network and takes what nobody else does.")
@click.option("--zone", help="Time zone of its office hours; the network's own unless given.")
@click.option("--desk-email", help="Where it wants to be told of new cases.")
def add_tenant(
    slug: str, network_slug: str | None, name: str, is_host: bool, zone: str | None, desk_email: str | None
) -> None:
    """Make a business, with office hours from Monday to Friday to begin with.

    Exit codes: 0 done, 1 refused, 2 called wrongly.
    """
    from portal import installation
    from portal.calendars.standard import give_standard_calendar
    from tenants import administration

    with installation.opened():
        network = administration.network(network_slug)
        zone = administration.known_zone(zone or network.zone)
        tenant_id = administration.add_tenant(network.slug, slug, name=name, is_host=is_host, desk_email=desk_email)
        give_standard_calendar(network.id, tenant_id, zone)
    click.echo(f"Tenant {slug} belongs to {network.slug}.")
