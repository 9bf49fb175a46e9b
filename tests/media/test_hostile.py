"""A hostile peer, or a stranger, costs only itself. Every guard has its control."""

import asyncio
import secrets
import socket
from uuid import uuid4

import pytest
from aiortc import RTCCertificate, RTCSessionDescription
from aiortc.rtcdtlstransport import SRTP_PROFILES
from OpenSSL import SSL

from app.kernel.ids import SittingId
from media.seam.limits import Limits
from tests.media.attacks import Beside, hostile
from tests.media.studio import open_studio, until


@pytest.fixture
def sitting():
    return SittingId(uuid4())


def client_hello() -> bytes:
    certificate = RTCCertificate.generateCertificate()
    context = certificate._create_ssl_context(srtp_profiles=SRTP_PROFILES)
    connection = SSL.Connection(context)
    connection.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        connection.do_handshake()
    return connection.bio_read(1500)


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_stranger_cannot_spoil_a_handshake(sitting, guarded):
    """ASVS 5.0, 17.2.6. The second run is the control: then junk reaches DTLS."""
    limits = Limits(check_consent=guarded)
    async with open_studio(limits=limits) as studio, Beside(studio):
        client = studio.student(sitting)
        client.peer.getTransceivers()[0].direction = "sendonly"
        await client.peer.setLocalDescription(await client.peer.createOffer())
        answer = await client._post(client.peer.localDescription.sdp)
        peer = studio.ingest.peer_of(sitting, 1)
        spray(peer, [client_hello() for _ in range(5)])
        await until(lambda: peer._link._ice._queue.qsize() == 5 or peer.dropped == 5)
        assert (peer.dropped == 5) is guarded
        await client.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        if guarded:
            await studio.streaming(sitting)
        else:
            await until(lambda: len(studio.ingest._kept) == 1)
        client.location = ""
        await client.stop()


def spray(peer, datagrams) -> None:
    port = peer._link._ice._current.local_candidates[0].port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for datagram in datagrams:
            stranger.sendto(datagram, ("127.0.0.1", port))


async def test_junk_during_a_stream_is_dropped(studio, sitting):
    async with Beside(studio), studio.student(sitting):
        peer = await studio.streaming(sitting)
        junk = [b"\x80" + secrets.token_bytes(50), b"", b"\x00" * 30, b"\x17" * 40]
        spray(peer, junk * 10)
        before = peer.frames
        await until(lambda: peer.frames > before + 3)
        assert peer.dropped >= 20


@pytest.mark.parametrize(("strangers", "known"), [(4, 6), (1000, 202)])
async def test_sources_are_few(strangers, known):
    """The second run is the control: aiortc alone remembers every one."""
    limits = Limits(undeclared_sources=strangers)
    async with hostile(limits) as (_, student, peer):
        for source in range(1, 201):
            await student.packet(1, source=source)
        table = peer._link.dtls._rtp_router.ssrc_table
        await asyncio.sleep(0.3)
        assert len(table) <= known
        assert (len(table) > 100) is (strangers > 100)
