"""What aiortc 1.16 and aioice 0.13 lack for a media server, added in one place.

- `receiver`: aiortc decodes every frame in a thread of its own and queues the pictures
  without bound, and walks over every packet number that a peer leaps. Here nothing is
  decoded, no thread stays, and a leap costs nothing.
- `ice`: aioice hands on any datagram whoever sent it, contacts every address a peer
  names, leaves out 127.0.0.1 and cannot restart. Here only addresses that passed an
  authenticated check are heard or sent to, one address is announced, and a new
  connection may take over.
- `ports`, `shared_port`: aioice binds a socket for every connection, at any port. Here
  they come from a range, or all connections share one.
- `dtls`: aiortc reads one record of each datagram and keeps the rest for ever. Here
  they are thrown away.
- `limits`: nothing there bounds what one peer sends.
- `sender`, `onward`: aiortc encodes whatever it sends. Here packets of a student go on
  to a viewer with other numbers, and nothing is decoded or encoded.
- `description`: one VP8 video section, and nothing else, is negotiated.

We lean on a few private names of theirs. `verify()` says clearly when an upgrade moved
one; `tests/media/test_seam.py` calls it, and so does the process when it starts.
"""

from importlib.metadata import version

from aioice.ice import Connection, StunProtocol
from aiortc import RTCCertificate
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtcdtlstransport import RTCDtlsTransport, RtpRouter
from aiortc.rtcrtpreceiver import RTCRtpReceiver

TRIED = {"aiortc": "1.16", "aioice": "0.13"}
"""The versions this was written and tested against."""

RECEIVER = "_RTCRtpReceiver__"
TRANSPORT = "_RTCDtlsTransport__"
_CLASSES: dict[type, tuple[str, ...]] = {
    RTCRtpReceiver: (
        "_handle_rtp_packet",
        "_handle_rtcp_packet",
        "_run_rtcp",
        "_send_rtcp",
        "_send_rtcp_pli",
        "_set_rtcp_ssrc",
    ),
    RTCDtlsTransport: (
        "_recv_next",
        "_write_ssl",
        "_register_rtp_receiver",
        "_register_rtp_sender",
        "_send_rtp",
    ),
    RtpRouter: ("register_sender", "route_rtcp"),
    Connection: ("check_incoming", "gather_candidates", "data_received"),
    StunProtocol: ("connection_lost", "connection_made", "datagram_received"),
    JitterBuffer: ("_remove_frame", "add", "remove"),
}
_INSTANCES = {
    "RTCRtpReceiver": (
        f"{RECEIVER}decoder_queue",
        f"{RECEIVER}jitter_buffer",
        f"{RECEIVER}nack_generator",
        f"{RECEIVER}remote_streams",
        f"{RECEIVER}rtcp_exited",
        f"{RECEIVER}rtcp_started",
        "_track",
    ),
    "RTCDtlsTransport": (
        "_rtp_router",
        "_ssl",
        f"{TRANSPORT}rx_bytes",
        f"{TRANSPORT}rx_packets",
    ),
    "Connection": (
        "_local_candidates",
        "_local_candidates_start",
        "_local_candidates_end",
        "_protocols",
        "_remote_candidates",
    ),
    "StunProtocol": ("receiver", "transactions"),
}


class SeamMoved(Exception):
    """aiortc or aioice changed below us; the message says what to look at."""


def verify() -> None:
    """Raises SeamMoved when a private name we lean on is gone. Needs a running loop."""
    connection = Connection(ice_controlling=False)
    transport = _unconnected_transport()
    receiver = RTCRtpReceiver("video", transport)
    missing = [
        f"{kind.__name__}.{name}"
        for kind, names in _CLASSES.items()
        for name in names
        if not hasattr(kind, name)
    ]
    for thing in (receiver, transport, connection, StunProtocol(connection)):
        kind = type(thing).__name__
        missing += [
            f"{kind}().{name}" for name in _INSTANCES[kind] if not hasattr(thing, name)
        ]
    if missing:
        found = ", ".join(f"{name} {version(name)}" for name in TRIED)
        raise SeamMoved(
            f"media/seam was written for {TRIED} and found {found}, which no longer "
            f"has {', '.join(missing)}. Pin the old version or mend media/seam."
        )


def _unconnected_transport() -> RTCDtlsTransport:
    from aiortc import RTCIceGatherer, RTCIceTransport  # noqa: PLC0415

    ice = RTCIceTransport(RTCIceGatherer(iceServers=[]))
    return RTCDtlsTransport(ice, [RTCCertificate.generateCertificate()])
