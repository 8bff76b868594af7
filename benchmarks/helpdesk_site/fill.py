"""Fills the helpdesk with the texts that the portal was filled with, and prints as JSON what the loads need to know.

`python -m benchmarks.helpdesk_site.fill TEXTS COUNT`; TEXTS is JSON: `{"told": […], "said": […]}`, what customers told
and sentences of which the messages after it are made. As in the portal every tenth has twenty entries, the others
three.
"""

import json
import os
import random
import sys
from datetime import timedelta
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.helpdesk_site.settings"
django.setup()  # before models can be imported

from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from helpdesk.models import FollowUp, Queue, Ticket  # noqa: E402
from helpdesk.query import query_to_base64  # noqa: E402

CHUNK = 2000
LONG = 20


def fill(texts: dict[str, list[str]], count: int) -> dict[str, object]:
    call_command("migrate", verbosity=0)
    rng = random.Random(20261122)
    queue = Queue.objects.create(
        title="Bench", slug="bench", allow_public_submission=True, allow_email_submission=False
    )
    agent = get_user_model().objects.create_superuser("agent", "agent@bench.example", "bench-password-of-twenty")
    views = []
    for start in range(0, count, CHUNK):
        views += _chunk(rng, texts, queue, agent, range(start, min(start + CHUNK, count)))
        print(f"\r  seeded {min(start + CHUNK, count):,} of {count:,} tickets", end="", file=sys.stderr)
    print(file=sys.stderr)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {
        "views": views,
        "session": _session(agent),
        "list": query_to_base64({"filtering": {}, "sorting": "created"}),
    }


def _chunk(rng: random.Random, texts: dict[str, list[str]], queue: Queue, agent: object, numbers: range) -> list[str]:
    now, told = timezone.now(), texts["told"]
    tickets = []
    for number in numbers:
        text = f"{told[number % len(told)]} ({number})"
        at = now - timedelta(seconds=(10_000_000 - number) * 3)
        is_open = rng.random() < 0.1
        tickets.append(
            Ticket(
                queue=queue,
                title=text[:120],
                description=text,
                created=at,
                modified=at,
                submitter_email=f"customer{number}@example.com",
                status=Ticket.OPEN_STATUS if is_open else Ticket.CLOSED_STATUS,
                secret_key=f"key-{number}",
            )
        )
    Ticket.objects.bulk_create(tickets)
    FollowUp.objects.bulk_create(_followups(rng, texts["said"], tickets, agent, numbers), batch_size=CHUNK)
    path = "/view/?ticket=bench-{0.id}&email={0.submitter_email}&key={0.secret_key}"
    return [path.format(ticket) for number, ticket in zip(numbers, tickets, strict=True) if number % 10 == 0]


def _followups(
    rng: random.Random, said: list[str], tickets: list[Ticket], agent: object, numbers: range
) -> list[FollowUp]:
    return [
        FollowUp(
            ticket=ticket,
            date=ticket.created + timedelta(hours=entry),
            title="Comment",
            comment=" ".join(rng.choice(said) for _ in range(3)),
            public=True,
            user=agent if entry % 2 else None,
        )
        for number, ticket in zip(numbers, tickets, strict=True)
        for entry in range(1, LONG if number % 10 == 0 else 3)
    ]


def _session(agent: object) -> str:
    session = SessionStore()
    session["_auth_user_id"] = str(agent.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = agent.get_session_auth_hash()
    session.save()
    return session.session_key


if __name__ == "__main__":
    print(json.dumps(fill(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), int(sys.argv[2]))))
