"""What a browser gets to stream a sitting or a check: where to, and the ticket."""

import hashlib
from dataclasses import dataclass

from aiohttp import web

from app.accounts.views.guard import CLOCK
from app.accounts.views.kit import DEVICE_COOKIE
from app.adapters.http import SITE
from app.adapters.media_nodes import MediaNode, MediaNodes
from app.adapters.tickets import sign
from app.kernel.ids import SittingId
from app.kernel.tickets import TICKET_LIFE, Glancing, Ticket

NODES = web.AppKey("nodes", MediaNodes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Which video a ticket is for, and what glances may do with it."""

    sitting: SittingId
    epoch: int
    glancing: Glancing


def way_in(request: web.Request, stream: Stream, node: MediaNode) -> dict[str, object]:
    """Where to stream to, the ticket for it, and how to get through a firewall."""
    now, site = request.app[CLOCK].now(), request.app[SITE]
    ticket = Ticket(
        sitting=stream.sitting,
        epoch=stream.epoch,
        expires_at=now + TICKET_LIFE,
        glancing=stream.glancing,
    )
    return {
        "sitting": str(stream.sitting),
        "epoch": stream.epoch,
        "whip": f"{node.url}/whip",
        "ticket": sign(ticket, site.secret),
        "ice_servers": site.turn.ice_servers(stream.sitting, now),
    }


def device_key(request: web.Request) -> bytes | None:
    """Of the device's own cookie; None for a browser that has none."""
    token = request.cookies.get(DEVICE_COOKIE)
    return hashlib.sha256(token.encode()).digest() if token else None
