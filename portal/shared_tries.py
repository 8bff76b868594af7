"""Counts the tries at the door in Redis or Valkey, which all machines share, and takes that work from the database.

While the store does not answer, the database counts, as it does where there is no store: so no limit is lifted, and
none locks everybody out. At each change the count begins anew, and at most twice as many are let through.
The library is imported only where LIMITS_URL names a store.
"""

from __future__ import annotations

import hmac
import logging
import threading
import time
from typing import Any

from flask import Flask

from portal import measures
from portal.config import Settings
from portal.logs import fields
from tenants import clock
from tenants.ids import new_id
from tenants.scope import current
from tenants.tries import IN_DATABASE, Limits, Try, Who

LOG = logging.getLogger(__name__)
PATIENCE = 0.5
"""Seconds for the store to take a connection, and to answer: somebody waits to sign in."""
LEFT_ALONE = 5.0
"""Seconds that one which did not answer is not asked again."""
BEGIN = """
for i, key in ipairs(KEYS) do
    redis.call('ZREMRANGEBYSCORE', key, '-inf', ARGV[1])
    if redis.call('ZCARD', key) >= tonumber(ARGV[4 + i]) then return 0 end
end
for _, key in ipairs(KEYS) do
    redis.call('ZADD', key, ARGV[2], ARGV[3])
    redis.call('PEXPIRE', key, ARGV[4])
end
return 1
"""
"""Counts by every key or by none, in one step. Given: what is older, now, the try, how long it counts, each limit."""


def init_tries(app: Flask, settings: Settings) -> None:
    if settings.limits_url:
        app.extensions["tries"] = SharedTries(settings.limits_url, settings.secret_key)


class SharedTries:
    """Sorted sets of tries by their time, which the store forgets by itself."""

    def __init__(self, url: str, secret_key: str) -> None:
        self._url, self._secret = url, secret_key.encode()
        self._client: Any = None
        self._lock = threading.Lock()
        self._left_until = float("-inf")
        self._is_away = False

    def begin(self, who: Who, limits: Limits) -> Try | None:
        counted = Try(new_id(), who, self)
        now, within = clock.now().timestamp() * 1000, limits.within.total_seconds() * 1000
        given = (now - within, now, counted.id, int(within), limits.by_account, limits.by_address)
        is_counted = self._ask("eval", BEGIN, 2, *self._keys(who), *given)
        if is_counted is None:
            measures.COUNTED_IN_DATABASE.inc()
            return IN_DATABASE.begin(who, limits)
        return counted if is_counted else None

    def forgive(self, counted: Try) -> None:
        """A store that has gone meanwhile keeps it for its quarter of an hour."""
        for key in self._keys(counted.who):
            self._ask("zrem", key, counted.id)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _keys(self, who: Who) -> tuple[str, str]:
        """Under our secret: installations that share a store never meet, and nobody finds an address by trying all.

        What stands in braces tells a cluster to keep both on one of its machines.
        """
        network = current().network_id
        kept = (("account", who.account), ("address", who.address))
        account, address = (
            hmac.digest(self._secret, f"{what} ".encode() + each, "sha256").hex() for what, each in kept
        )
        return f"daylight:{{{network}}}:{account}", f"daylight:{{{network}}}:{address}"

    def _ask(self, command: str, *given: Any) -> Any:
        """Its answer; None while it is away."""
        from redis import RedisError

        if time.monotonic() < self._left_until:
            return None
        try:
            answer = getattr(self._connected(), command)(*given)
        except (RedisError, OSError) as problem:
            self._went(problem)
            return None
        self._came_back()
        return answer

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = connect(self._url)
            return self._client

    def _went(self, problem: Exception) -> None:
        with self._lock:
            self._left_until = time.monotonic() + LEFT_ALONE
            is_news, self._is_away = not self._is_away, True
        if is_news:
            LOG.warning("the database counts tries meanwhile", extra=fields("limits.away", problem=problem))

    def _came_back(self) -> None:
        if self._is_away:
            with self._lock:
                is_news, self._is_away = self._is_away, False
            if is_news:
                LOG.info("the store of limits answers again", extra=fields("limits.back"))


def connect(url: str) -> Any:
    """A client that never waits long. A connection that broke while it lay idle is made anew once."""
    from redis import ConnectionError as Broken
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    once_more: Any = Retry(NoBackoff(), 1, supported_errors=(Broken,))
    waits = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE, "retry": once_more}
    return Redis.from_url(url, protocol=2, **waits)
