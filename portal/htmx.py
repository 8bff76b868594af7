"""Whether a request was made by htmx, for routes that answer a part of their page to it."""

from flask_htmx import HTMX

htmx = HTMX()


def wants_part() -> bool:
    """htmx asks for a part; going back in the browser's history asks for the whole page."""
    return bool(htmx) and not htmx.history_restore_request
