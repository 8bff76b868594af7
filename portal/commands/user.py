"""`portal user`: accounts of the people who work here."""

from __future__ import annotations

import sys

import click

needs = "portal.web"

ROLES = ["agent", "manager", "product", "admin"]
in_network = click.option("--network", "slug", help="Slug of the network; may be left out when there is only one.")
from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of the input.")


@click.group("user")
def command() -> None:
    """Look after accounts.

    Exit codes: 0 done (or done before), 1 refused, with the reason, 2 called wrongly or with wrong settings.
    """


@command.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name, as colleagues see it.")
@in_network
@click.option("--tenant", "tenants", multiple=True, help="Slug of a business where the person works; may be repeated.")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(ROLES), help="Role in the business named before; one for each."
)
@from_stdin
def add(
    email: str, name: str, slug: str | None, tenants: tuple[str, ...], roles: tuple[str, ...], password_stdin: bool
) -> None:
    """Make an account; one that exists gets the roles it lacks and keeps its password.

    Without --password-stdin a password is made and printed, once. Exit codes: 0 done, 1 refused, 2 called wrongly.
    """
    from portal import installation
    from tenants import administration

    if len(tenants) != len(roles):
        raise click.UsageError("give one --role for every --tenant")
    with installation.opened():
        network = administration.network(slug)
        password, password_hash = _password(password_stdin)
        is_new = administration.add_user(
            network.slug, email, name=name, password_hash=password_hash, seats=zip(tenants, roles, strict=True)
        )
    click.echo(f"Account {email} " + ("is made." if is_new else "was there already; its password stays."))
    if is_new and not password_stdin:
        click.echo(f"Password: {password}")


@command.command("password")
@click.argument("email")
@in_network
@from_stdin
def change_password(email: str, slug: str | None, password_stdin: bool) -> None:
    """Give an account a new password and end all of its sessions.

    Without --password-stdin a password is made and printed, once. Exit codes: 0 done, 1 refused, 2 called wrongly.
    """
    from portal import installation
    from tenants import administration

    with installation.opened():
        network = administration.network(slug)
        password, password_hash = _password(password_stdin)
        administration.set_password(network.slug, email, password_hash)
    click.echo(f"Account {email} has a new password; its sessions have ended.")
    if not password_stdin:
        click.echo(f"Password: {password}")


@command.command("disable")
@click.argument("email")
@in_network
def disable(email: str, slug: str | None) -> None:
    """Let nobody in with this account any more, and end its sessions.

    Exit codes: 0 done, 1 refused.
    """
    from portal import installation
    from tenants import administration

    with installation.opened():
        administration.disable(administration.network(slug).slug, email)
    click.echo(f"Account {email} is disabled.")


@command.command("enable")
@click.argument("email")
@in_network
def enable(email: str, slug: str | None) -> None:
    """Let a disabled account in again.

    Exit codes: 0 done, 1 refused.
    """
    from portal import installation
    from tenants import administration

    with installation.opened():
        administration.enable(administration.network(slug).slug, email)
    click.echo(f"Account {email} is enabled.")


@command.command("list")
@in_network
def show(slug: str | None) -> None:
    """Print every account with its roles.

    Exit codes: 0 done, 1 refused.
    """
    from portal import installation
    from tenants import administration

    with installation.opened():
        for account in administration.users(administration.network(slug).slug):
            seats = ", ".join(f"{role} at {tenant}" for tenant, role in account.seats) or "no role"
            state = "disabled" if account.is_disabled else "" if account.has_password else "no password"
            parts = (account.email, account.name, seats, state)
            click.echo("  ".join(part for part in parts if part))


def _password(from_input: bool) -> tuple[str, str]:
    """A password, from the input or made here, and its hash."""
    from portal.accounts import passwords
    from tenants.administration import Refused

    password = sys.stdin.readline().rstrip("\r\n") if from_input else passwords.new_password()
    try:
        return password, passwords.hashed(password)
    except passwords.Unfit as reason:
        raise Refused(str(reason)) from None
