"""A crowd in front of the portal: thousands of connections that stay open and ask for one page, and some that trickle.

Each address of the loopback network stands for a network of its own, so that limits for one address hold for each.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

FROM_ONE_ADDRESS = 100
"""Connections; the front allows 200."""
PATIENCE = 60.0
"""Seconds for one answer."""
OPENING = 200
"""Connections that are being opened at the same time."""


@dataclass
class Answers:
    """What the crowd was told: how often each status, and what went wrong instead."""

    statuses: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    open_at_once: int = 0


class Crowd:
    def __init__(self, port: int, path: str, host: str) -> None:
        self.port, self.answers = port, Answers()
        self._request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()

    async def read(self, connections: int, times: int) -> None:
        """All connections are open at once, and each asks so many times."""
        gate, everybody = asyncio.Semaphore(OPENING), asyncio.Barrier(connections)
        await asyncio.gather(*(self._reader(number, times, gate, everybody) for number in range(connections)))

    async def trickle(self, connections: int, enough: asyncio.Event) -> None:
        """Headers that never end, a letter at a time; who is cut off begins anew."""
        await asyncio.gather(*(self._trickler(number, enough) for number in range(connections)))

    async def _reader(self, number: int, times: int, gate: asyncio.Semaphore, everybody: asyncio.Barrier) -> None:
        connection = None
        async with gate:
            try:
                connection = await asyncio.wait_for(self._open(f"127.1.{number // FROM_ONE_ADDRESS}.1"), PATIENCE)
                self.answers.open_at_once += 1
            except (OSError, TimeoutError) as problem:
                self.answers.problems.append(repr(problem))
        await everybody.wait()
        for _time in range(times):
            connection = await self._asked(connection)
        if connection is not None:
            connection[1].close()

    async def _asked(
        self, connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        if connection is None:
            self.answers.problems.append("no connection")
            return None
        try:
            self.answers.statuses.append(await asyncio.wait_for(self._one(*connection), PATIENCE))
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as problem:
            self.answers.problems.append(repr(problem))
            return None
        return connection

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        writer.write(self._request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if "transfer-encoding: chunked" in head:
            while size := int((await reader.readline()).strip(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        else:
            await reader.readexactly(int(head.partition("content-length:")[2].partition("\r\n")[0]))
        return int(head.split(" ", 2)[1])

    async def _trickler(self, number: int, enough: asyncio.Event) -> None:
        while not enough.is_set():
            with contextlib.suppress(OSError):
                _reader, writer = await self._open(f"127.2.{number // FROM_ONE_ADDRESS}.1")
                writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
                while not enough.is_set() and not writer.is_closing():
                    writer.write(b"x")
                    await writer.drain()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(enough.wait(), 1)
                writer.close()

    async def _open(self, address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
