"""One UDP port for the streams of a whole node.

aioice 0.13 binds a socket for every connection. Here all have one, and three rules tell
their datagrams apart:

- A connectivity check says whose it is: its USERNAME begins with the user name that we
  made for one connection (RFC 8445, 7.2.2).
- Everything else is whose authenticated check came from that address; of an address
  from which none came, nothing is read.
- An address stays with its stream as long as checks come from there. Another stream,
  even one with good credentials, gets it when it has been quiet for a while.
"""

import asyncio
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from aioice.ice import StunProtocol
from aioice.stun import ATTRIBUTES_BY_NAME, COOKIE

from media.seam.place import Place

Address = tuple[str, int]
BINDING_REQUEST = b"\x00\x01"
ADDRESS_KEPT_S = 12
"""Browsers check every 2.5 to 6 s (RFC 7675): a lost one gives no address away."""
BUFFER = 4 * 1024 * 1024
"""Bytes the system keeps for us to read, if net.core.rmem_max allows it."""
DATAGRAM_MAX = 2048
"""Nothing a browser sends is longer than 1,500; what is, is cut and then junk."""
ATTRIBUTES_MOST = 8
"""Read of a check, to find its user name: browsers write it first."""
AT_ONCE = 64
"""Datagrams read before anything else of the process has its turn."""
_SO_MEMINFO, _DROPS = 55, slice(32, 36)
_USERNAME = ATTRIBUTES_BY_NAME["USERNAME"][0].to_bytes(2, "big")
_COOKIE = COOKIE.to_bytes(4, "big")


log = structlog.get_logger()


class _Share(asyncio.DatagramTransport):
    """What aioice takes for a socket of its own."""

    def __init__(self, port: "SharedPort", way: StunProtocol, stream: object) -> None:
        super().__init__()
        self.way, self.stream = way, stream
        self.beside: list[_Share] = []
        """The ways of this stream; two while a restart takes over."""
        self.name = way.receiver.local_username.encode()
        self._port = port
        self._closed = False

    def sendto(self, data: Any, addr: Any = None) -> None:
        self._port.send(data, addr)

    def get_write_buffer_size(self) -> int:
        return 0  # what the system does not take at once is lost

    def is_closing(self) -> bool:
        return self._closed

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._port.leave(self)
            asyncio.get_running_loop().call_soon(self.way.connection_lost, None)

    def abort(self) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class _Claim:
    share: _Share
    at: float


class SharedPort:
    """One socket for every stream of the node; `close()` it after the last of them."""

    def __init__(self, place: Place, now: Callable[[], float]) -> None:
        """Needs a running loop. Raises NoPort or ConnectionError as `Place.bind`."""
        self.address = place.address
        self._now = now
        self._strangers = 0
        self._shares: dict[bytes, _Share] = {}
        self._claims: dict[Address, _Claim] = {}
        self._socket = place.bind()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        given = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        if given < BUFFER * (2 if sys.platform == "linux" else 1):  # Linux says double.
            log.warning("receive_buffer_small")
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._read)

    @property
    def dropped(self) -> int:
        """Of strangers, and those that found the system's buffer full (Linux)."""
        try:
            told = self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 64)
        except OSError:
            return self._strangers
        return self._strangers + int.from_bytes(told[_DROPS], sys.byteorder)

    async def open(self, way: StunProtocol, stream: object) -> int:
        share = _Share(self, way, stream)
        if share.name in self._shares:
            raise ConnectionError("two connections of one user name")
        for it in self._shares.values():
            if it.stream is stream:
                share.beside = it.beside
        share.beside.append(share)
        self._shares[share.name] = share
        way.connection_made(share)
        return int(self._socket.getsockname()[1])

    def claim(self, way: StunProtocol, address: Address) -> bool:
        share = self._share_of(way)
        # Early checks are looked at late: it may have ended since, or be another's.
        if share.is_closing() or self._is_anothers(address, share):
            return False
        self._claims[address] = _Claim(share, self._now())
        return True

    def _is_anothers(self, address: Address, share: _Share) -> bool:
        claim = self._claims.get(address)
        if claim is None or claim.share.stream is share.stream:
            return False
        return self._now() - claim.at < ADDRESS_KEPT_S

    def release(self, way: StunProtocol, address: Address) -> None:
        claim = self._claims.get(address)
        if claim is not None and claim.share is self._share_of(way):
            del self._claims[address]

    def leave(self, share: _Share) -> None:
        """It gets nothing more. Its addresses are the stream's other way's, where there
        is one, and else anybody's."""
        share.beside.remove(share)
        self._shares.pop(share.name, None)
        mine = [it for it in self._claims.items() if it[1].share is share]
        for address, claim in mine:
            if share.beside:
                self._claims[address] = _Claim(share.beside[-1], claim.at)
            else:
                del self._claims[address]

    def send(self, data: bytes, address: Address) -> None:
        try:
            self._socket.sendto(data, address)
        except OSError:
            return  # lost, as on any way: no room, no route, too long

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        for _ in range(AT_ONCE):
            try:
                data, address = self._socket.recvfrom(DATAGRAM_MAX)
            except OSError:
                return  # nothing more, or nothing to read for now
            if data:
                self._arrived(data, (address[0], address[1]))

    def _arrived(self, data: bytes, address: Address) -> None:
        share = self._whose(data, address)
        if share is None:
            self._strangers += 1
        else:
            share.way.datagram_received(data, address)

    def _whose(self, data: bytes, address: Address) -> _Share | None:
        if data[:2] == BINDING_REQUEST:
            share = self._shares.get(user_name(data))
            # Whoever is not heard from there is not told that they are.
            return share if share and not self._is_anothers(address, share) else None
        claim = self._claims.get(address)
        if claim is None:
            return None
        if data[0] > 3:
            return claim.share
        # An answer. While a restart takes over, a stream has two ways and one address.
        asked = (it for it in claim.share.beside if data[8:20] in it.way.transactions)
        return next(asked, None)

    @staticmethod
    def _share_of(way: StunProtocol) -> _Share:
        share = way.transport
        assert isinstance(share, _Share)
        return share


def user_name(check: bytes) -> bytes:
    """Ours, of a STUN message's USERNAME (RFC 8489, 14.3); b"" where there is none
    among the first attributes: anybody may send many."""
    whole = int.from_bytes(check[2:4], "big") == len(check) - 20
    if not whole or check[4:8] != _COOKIE:
        return b""
    at = 20
    for _ in range(ATTRIBUTES_MOST):
        size = int.from_bytes(check[at + 2 : at + 4], "big")
        if check[at : at + 2] == _USERNAME:
            return check[at + 4 : at + 4 + size].partition(b":")[0]
        at += 4 + size + -size % 4
    return b""
