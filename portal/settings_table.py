"""The table of settings in the README, made from the class, so that the two cannot differ (a test compares them)."""

from pydantic.fields import FieldInfo

from portal.config import Settings


def markdown() -> str:
    """Every setting as one row of a Markdown table: variable, default, meaning."""
    rows = [f"| `{name.upper()}` | {_default(field)} | {field.description} |" for name, field in _fields()]
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows])


def _fields() -> list[tuple[str, FieldInfo]]:
    return list(Settings.model_fields.items())


def _default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "shown_default" in extra:
        return str(extra["shown_default"])
    return f"`{field.default}`"
