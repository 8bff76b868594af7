"""What the page of an idea says after something was done there."""

from __future__ import annotations

from portal.languages import gettext as _


def said_after(sent: str) -> str:
    """In the reader's language; empty for anything that is not known."""
    done = {
        "proposed": _("Proposed. Everybody can read it and support it now."),
        "edited": _("Saved. The version before stays readable."),
        "amended": _("Proposed. The author and the team see it, and everybody can discuss it."),
        "accepted": _("Taken in, with the credit of who proposed it."),
        "commented": _("Said. Everybody reads it."),
        "held": _(
            "Thank you. The team looks at it first, because it came without an account; then everybody reads it."
        ),
    }
    return done.get(sent, "")
