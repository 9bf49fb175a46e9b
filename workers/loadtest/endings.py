"""How connections of scripted students end, and what that is called."""

import asyncio

import aiohttp
from aiortc.mediastreams import MediaStreamError

from workers.loadtest.visitor import LoginFailed
from workers.loadtest.whip import WhipClient, WhipRefused

TROUBLES = (
    aiohttp.ClientError,
    LoginFailed,
    WhipRefused,
    OSError,
    TimeoutError,
    MediaStreamError,
)
ON_PURPOSE = ("dropped", "moved", "media_closed")
"""By us, or by a media node that drains or is gone: no fault."""


class Over(Exception):
    """This connection ends: `dropped` on purpose, or lost."""


async def until_lost(client: WhipClient) -> None:
    lost = asyncio.Event()
    client.peer.on("connectionstatechange", lost.set)
    while client.peer.connectionState == "connected":
        lost.clear()
        await lost.wait()
    raise Over(f"media_{client.peer.connectionState}")


async def close(client: WhipClient, *, leave: bool) -> None:
    """Who dropped off says no goodbye."""
    if not leave:
        client.location = ""
    try:
        await client.stop()
    except TROUBLES:
        return


def word_of(error: BaseException) -> str:
    """Bounded: kinds of errors, never their texts."""
    if isinstance(error, WhipRefused):
        return f"whip_{error.status}_{error.code}"
    if isinstance(error, LoginFailed):
        return f"refused_{error.code}"
    return type(error).__name__
