"""What a WHIP or WHEP client holds: a resource with a secret name, and its ICE."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import structlog
from aiortc import RTCIceParameters

from app.kernel.refusals import Conflict, NotFound
from media.seam.description import read_fragment

log = structlog.get_logger()


class NoSuchStream(NotFound):
    """This stream has ended, or never was."""


class IceChanged(Conflict):
    """The connection was restarted since. Use its newest ETag."""


class Link(Protocol):
    """What a resource is of: one browser's media connection."""

    async def restart(self, ice: RTCIceParameters) -> str: ...

    def end(self) -> None: ...


@dataclass(slots=True, kw_only=True, eq=False)
class Resource:
    """`name` stands in URLs and is a secret; `etag` names its ICE session."""

    name: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    etag: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def told(self) -> dict[str, str | int]:
        """What a line of the log that is about it names: ids alone."""
        raise NotImplementedError

    @property
    def link(self) -> Link:
        raise NotImplementedError


R = TypeVar("R", bound=Resource)


class Resources(Generic[R]):
    """By their names; whoever adds them bounds them."""

    def __init__(self) -> None:
        self._by_name: dict[str, R] = {}

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._by_name.values()))

    def add(self, resource: R) -> None:
        self._by_name[resource.name] = resource

    def discard(self, resource: R) -> None:
        self._by_name.pop(resource.name, None)

    def find(self, name: str) -> R:
        """Raises NoSuchStream."""
        try:
            return self._by_name[name]
        except KeyError:
            raise NoSuchStream from None

    async def patch(
        self, name: str, fragment: str, matching: str
    ) -> tuple[R, str | None]:
        """A trickle (None) or an ICE restart (the fragment to answer with).

        `matching` is the ETag the client knows, or "*". Raises NoSuchStream, BadOffer
        or IceChanged.
        """
        resource = self.find(name)
        ice = read_fragment(fragment)
        if matching != "*":
            if matching != resource.etag:
                raise IceChanged
            return resource, None
        if ice is None:
            return resource, None
        answer = await resource.link.restart(ice)
        resource.etag = secrets.token_hex(8)
        log.info("ice_restarted", **resource.told)
        return resource, answer
