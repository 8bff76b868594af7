"""`portal setup` that says each statement before it runs: `python -m tests.faults.migrating`."""

import sys

from sqlalchemy import Engine, event

from portal.config import Settings
from portal.migrating import setup


def say(*_: object) -> None:
    sys.stdout.write("statement\n")
    sys.stdout.flush()


if __name__ == "__main__":
    event.listen(Engine, "before_cursor_execute", say)
    setup(Settings.load())
