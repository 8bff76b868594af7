"""Wrong settings, told as lines for a person."""

from __future__ import annotations

from pydantic import ValidationError


class SettingsError(Exception):
    """Some settings are wrong. `problems` has one line for each wrong variable, and never the value of a secret."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def problems_of(wrong: ValidationError) -> list[str]:
    # A default that waits for another setting fails with it; only the first cause is worth a line.
    causes = [e for e in wrong.errors(include_url=False) if e["type"] != "default_factory_not_called"]
    return [f"{str(e['loc'][0]).upper()}: {_sentence(e['msg'])}" for e in causes]


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should", "should")
