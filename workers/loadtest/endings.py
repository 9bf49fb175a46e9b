"""How connections of scripted students end, and what that is called."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

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
SILENT_MOST_S = 40.0
"""As `static/js/transport/live.js` has it: every topic is told now and then."""
ENDS = (
    aiohttp.WSMsgType.CLOSE,
    aiohttp.WSMsgType.CLOSING,
    aiohttp.WSMsgType.CLOSED,
    aiohttp.WSMsgType.ERROR,
)
ENDINGS = ("dropped", "moved", "media_closed")
"""By us, or by a media node that is gone or drains. The report counts them by
themselves: whether a node was meant to go, whoever runs the test knows."""


class Over(Exception):
    """This connection ends: `dropped` on purpose, or lost."""


async def texts(
    socket: aiohttp.ClientWebSocketResponse, silent_most_s: float = SILENT_MOST_S
) -> AsyncIterator[dict[str, Any]]:
    """What the server says on it. Raises Over when it ends, or is silent for long."""
    while True:
        try:
            async with asyncio.timeout(silent_most_s):
                told = await _next_text(socket)
        except TimeoutError:
            raise Over("socket_silent") from None
        yield told


async def _next_text(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    while (message := await socket.receive()).type is not aiohttp.WSMsgType.TEXT:
        if message.type in ENDS:
            raise Over(f"socket_closed_{socket.close_code}")
    told: dict[str, Any] = message.json()
    return told


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
