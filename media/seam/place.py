"""Where streams are received: the address browsers are told, and its UDP ports."""

import errno
import ipaddress
import secrets
import socket
from dataclasses import dataclass

from app.kernel.refusals import Unavailable

ANY_PORT = range(1)


class NoPort(Unavailable, ConnectionError):
    """Every UDP port of this node is taken. Ask for a new ticket: another may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`address` is announced; behind NAT it is the public one.

    `ports` must then reach us under the same numbers; ANY_PORT lets the system choose.
    `shared`: all streams arrive at one port.
    """

    address: str
    ports: range = ANY_PORT
    shared: bool = False

    def bind(self) -> socket.socket:
        """A UDP socket on the address, or on all where it is not this machine's.

        Raises NoPort when every port is taken, ConnectionError when it cannot.
        """
        start = secrets.randbelow(len(self.ports))
        for port in (*self.ports[start:], *self.ports[:start]):
            try:
                return self._bind(port)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise ConnectionError(f"cannot bind: {error}") from error
        raise NoPort

    def _bind(self, port: int) -> socket.socket:
        six = ipaddress.ip_address(self.address).version == 6
        bound = socket.socket(socket.AF_INET6 if six else socket.AF_INET, _DATAGRAM)
        try:
            try:
                bound.bind((self.address, port))
            except OSError as error:
                if error.errno != errno.EADDRNOTAVAIL:
                    raise
                bound.bind(("::" if six else "0.0.0.0", port))
        except OSError:
            bound.close()
            raise
        return bound


_DATAGRAM = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK


def read_place(address: str, ports: str) -> Place:
    """`ports` as "40000-40999", one for each stream, "" for any of the system's, or
    "40000", one for all streams. Raises ValueError saying what is wrong."""
    ipaddress.ip_address(address)
    if not ports:
        return Place(address=address)
    first, dash, last = ports.partition("-")
    wanted = range(int(first), int(last or first) + 1)
    if not wanted or wanted[0] < 1 or wanted[-1] > 65535:
        raise ValueError(f"{ports} are no ports, such as 40000-40999 or 40000")
    return Place(address=address, ports=wanted, shared=not dash)
