"""Tickets as signed JSON Web Tokens (RFC 7519, HS256).

To send and to view have audiences of their own: one is never taken for the other.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from app.kernel.ids import SittingId, ViewId
from app.kernel.refusals import Unauthenticated
from app.kernel.tickets import Glancing, Ticket, ViewTicket

_AUDIENCE = "spom-media"
_VIEWERS = "spom-media-view"
Claims = Mapping[str, Any]
T = TypeVar("T", Ticket, ViewTicket)


class TicketInvalid(Unauthenticated):
    """This ticket was not made here. Ask for a new one."""


class TicketExpired(Unauthenticated):
    """This ticket is too old. Ask for a new one."""


def sign(ticket: Ticket, secret: str) -> str:
    return _encode(_AUDIENCE, ticket, secret, glancing=ticket.glancing.value)


def sign_view(ticket: ViewTicket, secret: str) -> str:
    until = int(ticket.until.timestamp())
    return _encode(_VIEWERS, ticket, secret, view=str(ticket.view), until=until)


def verify(token: str, secret: str, now: datetime) -> Ticket:
    """Raises TicketInvalid or TicketExpired."""
    return _decode(token, secret, now, audience=_AUDIENCE, read=_ticket)


def verify_view(token: str, secret: str, now: datetime) -> ViewTicket:
    """Raises TicketInvalid or TicketExpired."""
    return _decode(token, secret, now, audience=_VIEWERS, read=_view_ticket)


def _encode(
    audience: str, ticket: Ticket | ViewTicket, secret: str, **more: str | int
) -> str:
    claims = {
        "aud": audience,
        "sub": str(ticket.sitting),
        "epoch": ticket.epoch,
        "exp": int(ticket.expires_at.timestamp()),
        **more,
    }
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret))


def _decode(
    token: str,
    secret: str,
    now: datetime,
    *,
    audience: str,
    read: Callable[[Claims], T],
) -> T:
    try:
        key = OctKey.import_key(secret)
        claims = jwt.decode(token, key, algorithms=["HS256"]).claims
        if claims["aud"] != audience:
            raise TicketInvalid
        ticket = read(claims)
    except (JoseError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise TicketInvalid from error
    if ticket.expires_at <= now:
        raise TicketExpired
    return ticket


def _ticket(claims: Claims) -> Ticket:
    return Ticket(
        sitting=SittingId(UUID(claims["sub"])),
        epoch=int(claims["epoch"]),
        expires_at=_time(claims["exp"]),
        glancing=Glancing(claims["glancing"]),
    )


def _view_ticket(claims: Claims) -> ViewTicket:
    return ViewTicket(
        view=ViewId(UUID(claims["view"])),
        sitting=SittingId(UUID(claims["sub"])),
        epoch=int(claims["epoch"]),
        expires_at=_time(claims["exp"]),
        until=_time(claims["until"]),
    )


def _time(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
