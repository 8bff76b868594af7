"""The `portal` program. Its commands live in portal/commands, one file each; this only collects them.

Exit codes, the same for every command: 0 done, 1 it failed, 2 called wrongly or with wrong settings.
"""

import click

from portal import commands
from portal.config import SettingsError

WRONG_SETTINGS = 2


class Program(click.Group):
    """A group that reports wrong settings as lines for a person, not as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            for problem in error.problems:
                click.echo(f"setting {problem}", err=True)
            raise click.exceptions.Exit(WRONG_SETTINGS) from None


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="daylight", message="%(version)s")
def main() -> None:
    """Run and look after a Daylight installation.

    Settings come from the environment; `portal settings` lists them.

    Exit codes: 0 done, 1 it failed, 2 called wrongly or with wrong settings.
    """


for command in commands.found():
    main.add_command(command)
