"""The figures for Prometheus: what the processes counted, and how far behind the portal is by its database."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from importlib.metadata import version

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError

from portal.build import BUILD
from portal.logs import fields
from portal.measures import counted
from portal.operations import probing, standing
from tenants.scope import Scope, entered

LOG = logging.getLogger(__name__)
Family = Iterator[GaugeMetricFamily]


def exposition(accept: str) -> tuple[bytes, str]:
    """Everything as text, and its media type, in the newest format that `accept` takes."""
    encode, media_type = choose_encoder(accept)
    return encode(counted(Standing())), media_type


class Standing(Collector):
    """Looks into the database each time it is asked. A database that is away takes its own figures along, no others."""

    def collect(self) -> Iterator[Metric]:
        yield _one("daylight_build_info", "Always 1.", 1, **_build())
        found: list[GaugeMetricFamily] = []
        try:
            with entered(Scope.system()):
                for family in FAMILIES:
                    found += family()
        except DBAPIError as problem:
            LOG.warning("the database did not answer", extra=fields("database.away", problem=problem.orig))
            found = []
        yield _one("daylight_database_up", "1 when the database answered these questions.", int(bool(found)))
        yield from found


def _build() -> dict[str, str]:
    return {"version": version("daylight"), "build": BUILD, "migration": probing.newest_revision()}


def _sequencer() -> Family:
    waiting = standing.sequencer()
    yield _one("daylight_sequencer_waiting_events", "Events without a position, up to 10,000.", waiting.count)
    yield _one("daylight_sequencer_oldest_seconds", "Age of the oldest of them.", waiting.oldest)


def _followers() -> Family:
    behind = _family("daylight_follower_events_behind", "Events that a follower has not read.", "follower")
    oldest = _family("daylight_follower_oldest_seconds", "Age of the oldest event that it has not read.", "follower")
    for name, waiting in standing.followers().items():
        behind.add_metric([name], waiting.count)
        oldest.add_metric([name], waiting.oldest)
    yield from (behind, oldest)


def _deliveries() -> Family:
    found = standing.deliveries()
    states = _family(
        "daylight_deliveries",
        "Mail and other deliveries, up to 10,000 each: due, claimed by a worker, failing, dead in the last 14 days.",
        "state",
    )
    for state, count in (
        ("due", found.due.count),
        ("claimed", found.claimed),
        ("failing", found.failing),
        ("dead", found.dead),
    ):
        states.add_metric([state], count)
    yield states
    yield _one("daylight_deliveries_oldest_seconds", "How long the oldest due delivery has waited.", found.due.oldest)


def _timers() -> Family:
    found = standing.timers()
    yield _one("daylight_timers_due", "Timers that are due and have not fired, up to 10,000.", found.due.count)
    yield _one("daylight_timers_failing", "Those of them that failed, and will be tried again.", found.failing)
    yield _one("daylight_timers_oldest_seconds", "How long the oldest due timer has waited.", found.due.oldest)


def _search() -> Family:
    found = standing.search()
    yield _one("daylight_search_up", "1 when an index can be asked.", int(found.behind is not None))
    if found.behind is not None and found.documents is not None:
        yield _one("daylight_search_documents", "Documents in the index, about.", found.documents)
        yield _one("daylight_search_events_behind", "Events that the index has not taken in.", found.behind)


def _log() -> Family:
    yield _one("daylight_log_entries", "Entries of the verifiable logs of all networks.", standing.leaves())


def _worker() -> Family:
    seen = standing.last_seen()
    name = "daylight_worker_last_seen_timestamp_seconds"
    yield _one(name, "When a worker last said that it lives; 0 for never.", seen.timestamp() if seen else 0)


FAMILIES: list[Callable[[], Family]] = [_sequencer, _followers, _deliveries, _timers, _search, _log, _worker]


def _family(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, labels=labels)


def _one(name: str, words: str, value: float, **labels: str) -> GaugeMetricFamily:
    family = _family(name, words, *labels)
    family.add_metric(list(labels.values()), value)
    return family
