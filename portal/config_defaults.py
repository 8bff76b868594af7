"""Defaults of settings that follow from other settings."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlsplit


def database(others: dict[str, Any]) -> str:
    return f"sqlite:///{others['data_dir']}/daylight.sqlite3"


def public_url(others: dict[str, Any]) -> str:
    return "" if others["environment"] == "production" else f"http://localhost:{others['port']}"


def log_format(others: dict[str, Any]) -> Literal["json", "text"]:
    return "json" if others["environment"] == "production" else "text"


def drain(others: dict[str, Any]) -> int:
    return 5 if others["environment"] == "production" else 0


def sender(others: dict[str, Any]) -> str:
    return f"portal@{urlsplit(others['public_url']).hostname}"


def shown(default: str) -> dict[str, Any]:
    """What the README says about a default that is worked out from other settings."""
    return {"shown_default": default}
