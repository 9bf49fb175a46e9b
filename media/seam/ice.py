"""ICE for one stream: one announced address, consented peers only, restarts.

`IceLink` stands where aiortc expects an RTCIceTransport: RTCDtlsTransport asks it for
`role`, `_recv` and `_send` alone. Its DTLS and SRTP keys therefore outlive the ICE
connection below, which a restart replaces.

A peer's candidates are never contacted. RFC 9725 (4.4.2) has the client do full ICE, so
it checks us first, and the answers go to where an authenticated check came from: an
offer that names other machines makes no packet leave for them.
"""

import asyncio
import secrets
import struct
from collections.abc import Callable
from typing import Any, cast

from aioice.candidate import Candidate, candidate_foundation, candidate_priority
from aioice.ice import Connection, StunProtocol
from aioice.stun import Message
from aiortc import RTCIceParameters

from app.kernel.refusals import NotFound
from media.seam.limits import (
    CANDIDATES_MAX,
    CHECKS,
    CONSENTED_MAX,
    Budget,
    Limits,
    Sources,
)
from media.seam.ports import Ports
from media.seam.shared_port import BINDING_REQUEST, Address

CONNECT_WITHIN_S = 15
UNSENT_MAX = 256 * 1024
"""Bytes that wait in the system's way out; past it a browser loses packets."""


class StreamOver(NotFound, ConnectionError):
    """This stream has ended. Ask for a new ticket."""


class _Protocol(StunProtocol):
    """Looks at who sent a datagram before anything else does (RFC 7983)."""

    receiver: "GuardedConnection"

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        if not isinstance(data, bytes) or not data:
            return
        if data[0] > 3:
            self.receiver.link.arrived(self.receiver, data, (addr[0], addr[1]))
        elif self.receiver.answers(data, (addr[0], addr[1])):
            try:
                super().datagram_received(data, addr)
            except (struct.error, LookupError, ValueError):
                # aioice 0.13 stumbles over attributes that are too short, or missing.
                self.receiver.link.dropped += 1


class GuardedConnection(Connection):
    """An ICE connection on one socket that tells its link what arrives and ends."""

    def __init__(self, link: "IceLink") -> None:
        # Longer than theirs, so that no two of a shared port have the same.
        name = secrets.token_hex(6)
        super().__init__(ice_controlling=False, local_username=name)
        self.link = link
        self.greeting = f"{self.local_username}:".encode()
        """What every check of our peer holds: others get no answer, not even "no"."""
        self._consented: dict[Address, None] = {}
        self._checks = Budget(CHECKS, link.now())

    def answers(self, data: bytes, address: Address) -> bool:
        """Whether a STUN message is looked at. Proving one takes a while, so checks are
        counted; and what we asked, we asked of who passed a check."""
        if data[:2] != BINDING_REQUEST:
            return self.consented(address)
        return self.greeting in data and self._checks.allows(len(data), self.link.now())

    def consented(self, address: Address) -> bool:
        """Whether it passed a check signed with this connection's password."""
        return address in self._consented

    @property
    def clogged(self) -> bool:
        """Whether much waits to be sent: the buffer below us has no bound."""
        # Of asyncio's and of uvloop's; only the type does not know.
        ways = (cast("asyncio.WriteTransport", it.transport) for it in self._protocols)
        return any(way.get_write_buffer_size() > UNSENT_MAX for way in ways)

    async def gather_candidates(self) -> None:
        """Raises ConnectionError when every port is taken."""
        announced = self.link.ports.address
        protocol = _Protocol(self)
        port = await self.link.ports.open(protocol, self.link)
        protocol.local_candidate = Candidate(
            foundation=candidate_foundation("host", "udp", announced),
            component=1,
            transport="udp",
            priority=candidate_priority(1, "host"),
            host=announced,
            port=port,
            type="host",
        )
        self._protocols.append(protocol)
        self._local_candidates.append(protocol.local_candidate)
        self._local_candidates_start = self._local_candidates_end = True

    def check_incoming(
        self, message: Message, addr: Address, protocol: StunProtocol
    ) -> None:
        """Called by aioice only for checks it has authenticated."""
        known = addr in self._consented
        if not known and len(self._remote_candidates) >= CANDIDATES_MAX:
            return
        whole = "PRIORITY" in message.attributes  # RFC 8445, 7.1.1; aioice relies on it
        if not whole or not self.link.ports.claim(protocol, addr):
            return
        if not known and len(self._consented) >= CONSENTED_MAX:
            oldest = next(iter(self._consented))
            del self._consented[oldest]
            self.link.ports.release(protocol, oldest)
        self._consented[addr] = None
        self.link.heard()
        super().check_incoming(message, addr, protocol)

    def data_received(self, data: bytes, component: int) -> None:
        """What looked like STUN and was not: junk."""

    async def close(self) -> None:
        await super().close()
        self.link.lost(self)


class IceLink:
    """Carries one stream's datagrams, bounded; see the module."""

    role = "controlled"

    def __init__(
        self,
        ports: Ports,
        limits: Limits,
        sources: Sources,
        now: Callable[[], float],
    ) -> None:
        self.ports = ports
        self.heard_at = now()
        self.dropped = 0
        self._limits = limits
        self._sources = sources
        self._budget = Budget(limits, now())
        self.now = now
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(limits.queued)
        self._current: GuardedConnection | None = None
        self._next: GuardedConnection | None = None
        self._closing = self._closed = False

    async def open(self, remote: RTCIceParameters) -> GuardedConnection:
        """A bound connection for the peer with these credentials, not yet connected.

        The first carries the stream; a later one takes over once it is connected.
        Raises ConnectionError, StreamOver when it ends just now.
        """
        connection = GuardedConnection(self)
        connection.remote_username = remote.usernameFragment
        connection.remote_password = remote.password
        await connection.gather_candidates()
        if self._closing or self._closed:  # Nobody would close this one.
            await connection.close()
            raise StreamOver
        if self._current is None:
            self._current = connection
            return connection
        abandoned, self._next = self._next, connection
        if abandoned is not None:
            await abandoned.close()
        return connection

    async def connect(self, connection: GuardedConnection) -> None:
        """Waits for the peer's checks. Raises ConnectionError or TimeoutError."""
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                await connection.connect()
        except (ConnectionError, TimeoutError):
            await connection.close()
            raise
        if connection is self._next:
            old, self._current, self._next = self._current, connection, None
            if old is not None:
                await old.close()

    def arrived(
        self, connection: GuardedConnection, data: bytes, address: Address
    ) -> None:
        """A DTLS, SRTP or SRTCP datagram, or junk."""
        if self._admits(connection, data, address) and not self._queue.full():
            self._queue.put_nowait(data)
        else:
            self.dropped += 1

    def _admits(
        self, connection: GuardedConnection, data: bytes, address: Address
    ) -> bool:
        if self._limits.check_consent and not connection.consented(address):
            return False
        if not self._budget.allows(len(data), self.now()):
            return False
        return not 127 < data[0] < 192 or self._sources.allows(data)

    def heard(self) -> None:
        """The peer passed a check just now."""
        self.heard_at = self.now()

    def lost(self, connection: GuardedConnection) -> None:
        """Ends the link unless another connection carries it or is about to."""
        if connection is self._next:
            self._next = None
        if connection is self._current:
            self._current = None
        if self._current is None and self._next is None and not self._closed:
            self._end()

    async def close(self) -> None:
        self._closing = True
        while (connection := self._current or self._next) is not None:
            await connection.close()  # which takes it out, in `lost`
        self._end()

    def _end(self) -> None:
        self._closed = True
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def _recv(self) -> bytes:
        data = await self._queue.get()
        if data is None:
            self._end()  # for whoever asks again
            raise ConnectionError("the stream has ended")
        return data

    async def _send(self, data: bytes) -> None:
        if self._current is None:
            raise ConnectionError("nowhere to send to")
        if self._current.clogged:
            return
        await self._current.send(data)
