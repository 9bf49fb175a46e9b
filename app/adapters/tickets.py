"""Tickets as signed JSON Web Tokens (RFC 7519, HS256)."""

from datetime import UTC, datetime
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from app.kernel.ids import SittingId
from app.kernel.refusals import Unauthenticated
from app.kernel.tickets import Glancing, Ticket

_AUDIENCE = "spom-media"


class TicketInvalid(Unauthenticated):
    """This ticket was not made here. Ask for a new one."""


class TicketExpired(Unauthenticated):
    """This ticket is too old. Ask for a new one."""


def sign(ticket: Ticket, secret: str) -> str:
    claims = {
        "aud": _AUDIENCE,
        "sub": str(ticket.sitting),
        "epoch": ticket.epoch,
        "exp": int(ticket.expires_at.timestamp()),
        "glancing": ticket.glancing.value,
    }
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret))


def verify(token: str, secret: str, now: datetime) -> Ticket:
    """Raises TicketInvalid or TicketExpired."""
    try:
        key = OctKey.import_key(secret)
        claims = jwt.decode(token, key, algorithms=["HS256"]).claims
        if claims["aud"] != _AUDIENCE:
            raise TicketInvalid
        ticket = Ticket(
            sitting=SittingId(UUID(claims["sub"])),
            epoch=int(claims["epoch"]),
            expires_at=datetime.fromtimestamp(int(claims["exp"]), UTC),
            glancing=Glancing(claims["glancing"]),
        )
    except (JoseError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise TicketInvalid from error
    if ticket.expires_at <= now:
        raise TicketExpired
    return ticket
