"""A student who means harm, and an honest one beside them."""

import asyncio
import socket
from contextlib import ExitStack, asynccontextmanager
from typing import Self
from uuid import uuid4

from aioice.stun import Class, Message, Method, parse_message
from aiortc.rtp import RtpPacket, is_rtcp
from OpenSSL import SSL

from app.kernel.ids import SittingId
from tests.media.studio import LOCAL, Studio, moving, open_studio, until
from workers.loadtest.cameras import EncodedCamera, encode_clip
from workers.loadtest.whip import WhipClient

VP8 = b"\x10\x00"
"""A descriptor: a frame begins."""
CLIP = encode_clip(moving(320, 240).pictures, fps=15, bit_rate=300_000)


class Silent(EncodedCamera):
    """A camera that is connected and never sends."""

    def __init__(self) -> None:
        super().__init__([b""])

    async def recv(self):
        await asyncio.Event().wait()


class Hostile:
    """Sends by hand, with the keys of a stream of its own."""

    def __init__(self, client: WhipClient, payload_type: int = 97) -> None:
        self.client, self.payload_type = client, payload_type
        self.source = client.sender._ssrc

    @property
    def dtls(self):
        return self.client.sender.transport

    async def packet(self, number, payload=VP8 + b"\x01junk", **fields) -> None:
        packet = RtpPacket(
            payload_type=self.payload_type, sequence_number=number & 0xFFFF
        )
        packet.ssrc, packet.payload = fields.pop("source", self.source), payload
        for name, value in fields.items():
            setattr(packet, name, value)
        await self.secret(packet.serialize())

    async def secret(self, datagram: bytes) -> None:
        """Encrypted as RTP or RTCP is, whatever it holds."""
        await self.dtls._send_rtp(datagram)

    async def plain(self, datagram: bytes) -> None:
        await self.dtls.transport._send(datagram)

    async def records(self, count: int) -> None:
        """One datagram with so many records of DTLS."""
        for _ in range(count):
            self.dtls._ssl.send(b"x" * 20)
        datagram = b""
        while True:
            try:
                datagram += self.dtls._ssl.bio_read(1500)
            except SSL.WantReadError:
                break
        await self.plain(datagram)


class Honest:
    """A student of whom every packet is counted, where it leaves and where it is."""

    def __init__(self, client: WhipClient) -> None:
        self.client = client
        self.sent: set[int] = set()
        self.arrived: set[int] = set()

    def record(self) -> None:
        transport = self.client.sender.transport
        carry = transport._send_rtp

        async def carry_recorded(data: bytes) -> None:
            if not is_rtcp(data):
                packet = RtpPacket.parse(data)
                if packet.ssrc == self.client.sender._ssrc:
                    self.sent.add(packet.sequence_number)
            await carry(data)

        transport._send_rtp = carry_recorded


class Beside(Honest):
    """In the test's own process: `async with`, and at the end nothing may be lost."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.sitting = studio, SittingId(uuid4())
        camera = EncodedCamera(CLIP, fps=15)
        super().__init__(studio.student(self.sitting, camera=camera))
        self._taps = ExitStack()

    async def __aenter__(self) -> Self:
        await self.client.start()
        self.peer = await self.studio.streaming(self.sitting)
        tap = self.peer.packets_tapped(self._take)
        self._taps.enter_context(tap)
        self.record()
        self.frames = self.peer.frames
        return self

    def _take(self, packet: RtpPacket) -> None:
        self.arrived.add(packet.sequence_number)

    async def __aexit__(self, kind, error, trace) -> None:
        if kind is None:
            await until(lambda: self.peer.frames > self.frames + 5)
            self.client.sender.replaceTrack(None)
            await until(lambda: self.sent <= self.arrived)
            assert self.peer.dropped == 0
        self._taps.close()
        await self.client.stop()


@asynccontextmanager
async def hostile(limits=None, place=LOCAL):
    """Studio, hostile student and their peer here; an honest one loses nothing."""
    async with open_studio(limits=limits, place=place) as studio, Beside(studio):
        sitting = SittingId(uuid4())
        async with studio.student(sitting, camera=Silent()) as client:
            peer = studio.ingest.peer_of(sitting, 1)
            await until(lambda: peer._link.dtls.state == "connected")
            yield studio, Hostile(client, peer._offer.payload_type), peer


def address_of(peer) -> tuple[str, int]:
    return "127.0.0.1", peer._link._ice._current.local_candidates[0].port


def check(peer, *, password=None, user=None) -> bytes:
    """A connectivity check as the peer's own browser would sign it."""
    connection = peer._link._ice._current
    message = Message(message_method=Method.BINDING, message_class=Class.REQUEST)
    theirs = connection.remote_username
    message.attributes["USERNAME"] = user or f"{connection.local_username}:{theirs}"
    message.attributes["PRIORITY"] = 1
    message.attributes["ICE-CONTROLLING"] = 1
    message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity((password or connection.local_password).encode())
    return bytes(message)


async def answer_checks(theirs: socket.socket, peer) -> None:
    """As the peer's own browser would, until cancelled."""
    connection, loop = peer._link._ice._current, asyncio.get_running_loop()
    while True:
        data, node = await loop.sock_recvfrom(theirs, 4000)
        if data[:2] != b"\x00\x01":
            continue
        answer = Message(
            message_method=Method.BINDING,
            message_class=Class.RESPONSE,
            transaction_id=parse_message(data).transaction_id,
        )
        answer.attributes["XOR-MAPPED-ADDRESS"] = node
        answer.add_message_integrity(connection.remote_password.encode())
        theirs.sendto(bytes(answer), node)


async def exchange(address, datagrams, *, quiet_s=0.3) -> list[bytes]:
    """Sends them from a port of its own; whatever was answered."""
    answers: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setblocking(False)
        for number, datagram in enumerate(datagrams):
            stranger.sendto(datagram, address)
            if number % 20 == 19:
                await asyncio.sleep(0.01)
                answers += _waiting(stranger)
        await asyncio.sleep(quiet_s)
        return answers + _waiting(stranger)


def _waiting(stranger: socket.socket) -> list[bytes]:
    answers = []
    while True:
        try:
            answers.append(stranger.recv(2000))
        except BlockingIOError:
            return answers


def fragment(number: int) -> bytes:
    """The start of a ClientHello of 16 kB whose end never comes (RFC 6347, 4.2.3)."""
    sequence = (number % 8).to_bytes(2, "big")
    body = b"\x01\x00\x40\x00" + sequence + bytes(3) + b"\0\x04\0" + bytes(1024)
    record = number.to_bytes(6, "big") + len(body).to_bytes(2, "big")
    return b"\x16\xfe\xff\0\0" + record + body
