"""A standard WHIP client (RFC 9725) that plays a clip as its camera.

`python -m workers.loadtest.whip --url … --ticket … --clip face.mjpeg`
"""

import asyncio
import ipaddress
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import aiohttp
import click
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from workers.loadtest.cameras import Camera, EncodedCamera, encode_clip, read_clip
from workers.loadtest.visitor import code_of

CONNECT_WITHIN_S = 15


class WhipRefused(Exception):
    """The server said no; `status` and the problem's `code` say why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class WhipClient:
    """Sends one track to a WHIP endpoint. Use as `async with`, or start and stop.

    `url` is the endpoint, `ticket` the bearer token.
    """

    def __init__(self, url: str, ticket: str, track: MediaStreamTrack) -> None:
        self.url = url
        self.location = ""
        self.etag = ""
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._ticket = ticket
        self.sender = self.peer.addTrack(track)
        if _is_loopback(urlsplit(url).hostname or ""):
            _gather_on(self.peer, "127.0.0.1")

    async def start(self) -> None:
        """Raises WhipRefused, aiohttp.ClientError, ConnectionError or TimeoutError."""
        try:
            await self._connect()
        except BaseException:
            await self.peer.close()
            raise

    async def _connect(self) -> None:
        self.peer.getTransceivers()[0].direction = "sendonly"
        await self.peer.setLocalDescription(await self.peer.createOffer())
        answer = await self._post(self.peer.localDescription.sdp)
        await self.peer.setRemoteDescription(
            RTCSessionDescription(sdp=answer, type="answer")
        )
        async with asyncio.timeout(CONNECT_WITHIN_S):
            await self._connected()

    async def stop(self) -> None:
        """Takes leave and closes; harmless when never started."""
        if self.location:
            async with (
                aiohttp.ClientSession() as session,
                session.delete(self.location),
            ):
                self.location = ""
        await self.peer.close()

    async def _post(self, offer: str) -> str:
        headers = {
            "Authorization": f"Bearer {self._ticket}",
            "Content-Type": "application/sdp",
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=offer, headers=headers) as response,
        ):
            if response.status != 201:
                raise WhipRefused(response.status, code_of(await response.text()))
            self.location = urljoin(self.url, response.headers["Location"])
            self.etag = response.headers["ETag"]
            return await response.text()

    async def _connected(self) -> None:
        changed = asyncio.Event()
        self.peer.on("connectionstatechange", changed.set)
        while self.peer.connectionState != "connected":
            if self.peer.connectionState in ("failed", "closed"):
                raise ConnectionError("the media connection failed")
            changed.clear()
            await changed.wait()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _gather_on(peer: RTCPeerConnection, address: str) -> None:
    """aioice leaves out 127.0.0.1, the only way to a server on this machine."""
    ice = peer.getTransceivers()[0].sender.transport.transport
    connection = ice.iceGatherer._connection
    gather = connection.get_component_candidates

    async def gather_there(component: int, addresses: list[str]) -> list[Any]:
        return await gather(component, [address])

    connection.get_component_candidates = gather_there  # type: ignore


@click.command()
@click.option("--url", required=True, help="The WHIP endpoint.")
@click.option("--ticket", required=True, help="The bearer token.")
@click.option("--clip", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--fps", default=15.0, show_default=True)
@click.option("--seconds", default=60.0, show_default=True)
@click.option("--encoded", is_flag=True, help="Encode once, then only send.")
def main(**options: Any) -> None:
    """Streams a clip to a media node for a while."""

    asyncio.run(_play(**options))


async def _play(
    *, url: str, ticket: str, clip: Path, fps: float, seconds: float, encoded: bool
) -> None:
    pictures = read_clip(clip)
    camera = (
        EncodedCamera(encode_clip(pictures, fps=fps), fps=fps)
        if encoded
        else Camera(pictures, fps=fps)
    )
    async with WhipClient(url, ticket, camera) as client:
        click.echo(f"streaming to {client.location}")
        await asyncio.sleep(seconds)


if __name__ == "__main__":
    main()
