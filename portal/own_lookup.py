"""What is asked about the kept page of somebody's own case: whether this browser may still read it, and how it stands.

Two statements, each in the scope that the page itself is read in: the door's, then the customer's. Their answers are
compared with those of the time when the page was made, and never shown.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tenants import clock

DOOR = (
    "SELECT s.expires_at, s.user_id, u.disabled_at, "
    "EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = s.user_id AND m.network_id = s.network_id), "
    "EXISTS (SELECT 1 FROM account_cases a WHERE a.user_id = s.user_id AND a.case_id = :case_id), "
    "(SELECT max(k.expires_at) FROM session_keys h JOIN keys k ON k.id = h.key_id WHERE h.session_id = s.id "
    "AND k.network_id = s.network_id AND k.purpose = 'case' AND k.subject_id = :case_id "
    "AND k.revoked_at IS NULL AND k.expires_at > :now) "
    "FROM browser_sessions s LEFT JOIN users u ON u.id = s.user_id AND u.network_id = s.network_id "
    "WHERE s.network_id = :network_id AND s.id = :session_id AND s.token_hash = :token_hash AND s.expires_at > :now"
)
CASE = (
    "SELECT n.version, "
    "(SELECT max(q.asked_at) FROM surveys q WHERE q.case_id = c.id AND q.answered_at IS NULL), "
    "(SELECT count(*) FROM contacts t WHERE t.case_id = c.id), "
    "(SELECT count(t.confirmed_at) FROM contacts t WHERE t.case_id = c.id), "
    "(SELECT count(*) FROM needs w WHERE w.case_id = c.id), "
    "(SELECT sum(h.version) FROM handoffs h WHERE h.case_id = c.id), "
    "(SELECT count(*) FROM idea_evidence e JOIN ideas i ON i.id = e.idea_id "
    "WHERE e.case_id = c.id AND e.removed_at IS NULL AND i.visibility = 'public'), "
    "c.* FROM cases c JOIN networks n ON n.id = c.network_id WHERE c.network_id = :network_id AND c.id = :case_id"
)
"""All that the page shows and that moves without the case's row, and the row itself: a column that is added counts."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which session asks for which case."""

    network_id: int
    session_id: int
    token_hash: bytes
    case_id: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The two rows, as the database gave them. Equal to another one if nothing that matters has changed."""

    door: tuple[Any, ...]
    case: tuple[Any, ...]

    @property
    def network_version(self) -> int:
        return int(self.case[0])

    @property
    def survey_asked_at(self) -> datetime | None:
        """When the survey was asked that is still open."""
        return _moment(self.case[1])

    @property
    def right_ends_at(self) -> datetime | None:
        """When the session or its key ends by itself; None if there is no right any more."""
        session_ends, _user_id, disabled_at, _works, keeps, key_ends = self.door
        if disabled_at is not None or not (keeps or key_ends):
            return None
        ends = [_moment(each) for each in ((session_ends,) if keeps else (session_ends, key_ends))]
        return min(each for each in ends if each is not None)


def for_sqlite(question: Question) -> dict[str, Any]:
    """Parameters; SQLite keeps times as text, in UTC."""
    return {**asdict(question), "now": clock.now().astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")}


def for_postgresql(question: Question) -> dict[str, Any]:
    return {**asdict(question), "now": clock.now()}


def named_for_postgresql(sql: str) -> str:
    """The same statement with psycopg's way of naming parameters."""
    return re.sub(r":(\w+)", r"%(\1)s", sql)


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
