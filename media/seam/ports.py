"""The UDP ports that streams arrive at: one for each stream, or one for all of them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from aioice.ice import StunProtocol

from media.seam.place import Place
from media.seam.shared_port import Address, SharedPort


class Ports(Protocol):
    """Where connections get their way to the network."""

    @property
    def address(self) -> str:
        """What browsers are told."""

    @property
    def dropped(self) -> int:
        """Datagrams that came to a port and to no stream."""

    async def open(self, way: StunProtocol, stream: object) -> int:
        """Connects `way`, one of a stream's, and tells its port.

        Raises NoPort when every port is taken, ConnectionError when it cannot.
        """

    def claim(self, way: StunProtocol, address: Address) -> bool:
        """Whether what comes from there is for `way`, which proved a check from it."""

    def release(self, way: StunProtocol, address: Address) -> None:
        """Takes back a claim."""


class OwnPorts:
    """A port for each connection; the system tells them apart."""

    dropped = 0

    def __init__(self, place: Place) -> None:
        self._place = place
        self.address = place.address

    async def open(self, way: StunProtocol, stream: object) -> int:
        bound = self._place.bind()
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: way, sock=bound)
        return int(bound.getsockname()[1])

    def claim(self, way: StunProtocol, address: Address) -> bool:
        return True

    def release(self, way: StunProtocol, address: Address) -> None:
        """Nothing is shared."""


@contextmanager
def open_ports(place: Place, now: Callable[[], float]) -> Iterator[Ports]:
    """One for all where `place` names one, else one for each. Raises as `bind`."""
    if not place.shared:
        yield OwnPorts(place)
        return
    port = SharedPort(place, now)
    try:
        yield port
    finally:
        port.close()
