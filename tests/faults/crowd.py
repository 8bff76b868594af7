"""A crowd in front of the portal: thousands of connections that stay open and ask for one page, and some that trickle.

Each address of the loopback network stands for a network of its own, so that limits for one address hold for each.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

FROM_ONE_ADDRESS = 100
"""Connections; the front allows 200."""
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
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
    opened_again: int = 0


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
        address = f"127.1.{number // FROM_ONE_ADDRESS}.1"
        async with gate:
            connection = await self._asked(None, address)
        self.answers.open_at_once += connection is not None
        await everybody.wait()
        for _time in range(times - 1):
            connection = await self._asked(connection, address)
        if connection is not None:
            connection[1].close()

    async def _asked(self, connection: Connection | None, address: str) -> Connection | None:
        """Ask once. As a browser does: one that was closed while it lay idle is opened again, and only that."""
        for is_kept in (connection is not None, False):
            try:
                connection = connection or await asyncio.wait_for(self._open(address), PATIENCE)
                self.answers.statuses.append(await asyncio.wait_for(self._one(*connection), PATIENCE))
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as problem:
                connection = None
                if not is_kept or isinstance(problem, TimeoutError):
                    self.answers.problems.append(repr(problem))
                    return None
                self.answers.opened_again += 1
            else:
                return connection
        return None

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

    async def _open(self, address: str) -> Connection:
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
