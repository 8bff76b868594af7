"""Who speaks about an idea: an account, or somebody without one, known by the ballot that their browser keeps.

Nobody needs an account to propose, vote or comment. What is kept of such a person is a hash of ballot and idea
together, so that no two ideas name one person.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from flask import current_app

LONGEST_CREDIT = 80


def sealed(text: str) -> bytes:
    """Stands for a text that nobody can guess from it without our key."""
    key = (current_app.secret_key or "").encode()  # type: ignore[union-attr]
    return hmac.digest(key, text.encode(), hashlib.sha256)


@dataclass(frozen=True)
class Voice:
    """`word` is the browser's ballot, `person_id` the account that is signed in; people of a business have the latter.

    `credit` is the name that this person wants to be read beside what they wrote; empty for none.
    """

    word: str = ""
    person_id: int | None = None
    credit: str = ""

    def hash_on(self, idea_id: int) -> bytes | None:
        """Stands for this browser on one idea; None for the people of a business, who have no ballot."""
        return sealed(f"idea:{idea_id}:{self.word}") if self.word else None

    def wrote(self, idea_id: int, person_id: int | None, voter_hash: bytes | None) -> bool:
        """Whether what carries these two is this person's own."""
        if person_id is not None:
            return person_id == self.person_id
        mine = self.hash_on(idea_id)
        return mine is not None and voter_hash is not None and hmac.compare_digest(mine, voter_hash)

    def is_author(self, idea: Any) -> bool:
        """Whether this person proposed the idea."""
        return self.wrote(idea.id, idea.author_id, idea.author_hash)

    def marks(self, idea_id: int) -> dict[str, Any]:
        """What a row keeps of whoever wrote it: the account, else the browser."""
        known = self.person_id is not None
        return {"person_id": self.person_id, "voter_hash": None if known else self.hash_on(idea_id)}
