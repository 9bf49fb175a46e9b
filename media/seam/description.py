"""Session descriptions: reads an offer to send or view one VP8 video, and answers."""

import re
from dataclasses import dataclass, replace

from aiortc import RTCIceCandidate, RTCIceParameters
from aiortc.rtcdtlstransport import (
    X509_DIGEST_ALGORITHMS,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
)
from aiortc.rtcrtpparameters import (
    RTCRtpCodecParameters,
    RTCRtpDecodingParameters,
    RTCRtpHeaderExtensionParameters,
    RTCRtpParameters,
    RTCRtpReceiveParameters,
    RTCRtpRtxParameters,
)
from aiortc.sdp import (
    GroupDescription,
    MediaDescription,
    SessionDescription,
    SsrcDescription,
    candidate_to_sdp,
)

from app.kernel.refusals import Refusal

OFFER_MAX = 32 * 1024
LINES_MAX = 500
CODECS_MAX = 80
_BITRATES_KBPS = {"x-google-start-bitrate": 800, "x-google-max-bitrate": 1500}
_MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_ATTRIBUTE = re.compile(r"^a=(ice-ufrag|ice-pwd):([^\r\n]*)", re.MULTILINE)
CNAME = "module-study"
_SENDERS = (None, "sendonly", "sendrecv")
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")


class BadOffer(Refusal):
    """This is no offer of one VP8 video over WebRTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What we take from an offer. `sources` are the SSRCs it declares."""

    mid: str
    ice: RTCIceParameters
    dtls: RTCDtlsParameters
    codecs: list[RTCRtpCodecParameters]
    extensions: list[RTCRtpHeaderExtensionParameters]
    sources: list[int]
    retransmission_source: int | None

    @property
    def payload_type(self) -> int:
        """Of the video itself, not its retransmissions."""
        payload_type = self.codecs[0].payloadType
        assert payload_type is not None
        return payload_type

    def to_receive(self) -> RTCRtpReceiveParameters:
        encodings = [
            RTCRtpDecodingParameters(ssrc=ssrc, payloadType=self.payload_type)
            for ssrc in self.sources[:1]
        ]
        if encodings and self.retransmission_source is not None:
            encodings[0].rtx = RTCRtpRtxParameters(ssrc=self.retransmission_source)
        return RTCRtpReceiveParameters(
            codecs=self.codecs,
            headerExtensions=self.extensions,
            muxId=self.mid,
            encodings=encodings,
        )


def read_offer(text: str) -> Offer:
    """Of a student, to send. Raises BadOffer saying what is wrong."""
    media = _only_video(_parse(text))
    if media.direction not in _SENDERS:
        raise BadOffer("The offer sends no video.")
    return _offer(media, _codecs(media))


def read_viewing_offer(text: str) -> Offer:
    """Of a viewer, to receive only. Raises BadOffer saying what is wrong."""
    media = _only_video(_parse(text))
    if media.direction != "recvonly":
        raise BadOffer("The offer must only receive (a=recvonly).")
    video = _codecs(media)[0]
    # A packet is sent again as it was: no partner stream is needed for that.
    return _offer(media, [replace(video, parameters={})])


def _offer(media: MediaDescription, codecs: list[RTCRtpCodecParameters]) -> Offer:
    if media.dtls is None or media.dtls.role == "server":
        raise BadOffer("The offer must set up DTLS actively (a=setup:actpass).")
    if not any(f.algorithm.lower() in X509_DIGEST_ALGORITHMS for f in _prints(media)):
        raise BadOffer("The offer has no fingerprint we know (SHA-256 or longer).")
    declared = [source.ssrc for source in media.ssrc[:2]]
    return Offer(
        mid=media.rtp.muxId,
        ice=check_credentials(media.ice),
        dtls=media.dtls,
        codecs=codecs,
        extensions=[x for x in media.rtp.headerExtensions if x.uri == _MID][:1],
        sources=declared,
        retransmission_source=_partner(media, declared),
    )


def check_credentials(ice: RTCIceParameters | None) -> RTCIceParameters:
    """Raises BadOffer unless both are well-formed (RFC 8839, 5.4)."""
    username = (ice and ice.usernameFragment) or ""
    password = (ice and ice.password) or ""
    if not (_UFRAG.fullmatch(username) and _PASSWORD.fullmatch(password)):
        raise BadOffer("The ICE user name or password is missing or malformed.")
    return RTCIceParameters(usernameFragment=username, password=password)


def read_fragment(text: str) -> RTCIceParameters | None:
    """The new credentials in an ICE restart's fragment (RFC 8840), None in a trickle.

    Candidates are not looked at: a peer's are never contacted. Raises BadOffer.
    """
    fields = dict(_ATTRIBUTE.findall(text))
    if "ice-ufrag" not in fields:
        return None
    return check_credentials(
        RTCIceParameters(
            usernameFragment=fields["ice-ufrag"], password=fields.get("ice-pwd")
        )
    )


def write_fragment(
    offer: Offer, ice: RTCIceParameters, candidates: list[RTCIceCandidate]
) -> str:
    """What a restart is answered with: our new credentials and candidates."""
    lines = [
        f"a=ice-ufrag:{ice.usernameFragment}",
        f"a=ice-pwd:{ice.password}",
        f"m=video 9 UDP/TLS/RTP/SAVPF {offer.payload_type}",
        f"a=mid:{offer.mid}",
        *(f"a=candidate:{candidate_to_sdp(it)}" for it in candidates),
        "a=end-of-candidates",
    ]
    return "\r\n".join(lines) + "\r\n"


def write_answer(
    offer: Offer,
    ice: RTCIceParameters,
    candidates: list[RTCIceCandidate],
    dtls: RTCDtlsParameters,
    source: int | None = None,
) -> str:
    """We wait for the client's handshake (a=setup:passive), then only receive; or, with
    the SSRC of our own video, only send."""
    media = MediaDescription(
        kind="video",
        port=candidates[0].port,
        profile="UDP/TLS/RTP/SAVPF",
        fmt=[codec.payloadType for codec in offer.codecs],
    )
    media.host = candidates[0].ip
    media.direction = "recvonly"
    if source is not None:
        media.direction, media.msid = "sendonly", "view video"
        media.ssrc = [SsrcDescription(ssrc=source, cname=CNAME)]
    media.rtp = RTCRtpParameters(
        codecs=offer.codecs, headerExtensions=offer.extensions, muxId=offer.mid
    )
    media.rtcp_port, media.rtcp_host, media.rtcp_mux = 9, "0.0.0.0", True
    media.ice, media.ice_candidates = ice, candidates
    media.ice_candidates_complete = True
    media.dtls = RTCDtlsParameters(fingerprints=dtls.fingerprints, role="server")
    description = SessionDescription()
    description.origin = "- 1 1 IN IP4 0.0.0.0"
    description.group.append(GroupDescription(semantic="BUNDLE", items=[offer.mid]))
    description.media.append(media)
    return str(description)


def _parse(text: str) -> SessionDescription:
    # aiortc looks at every codec for every line of feedback: 32 KB took half a second.
    if text.count("\n") > LINES_MAX or text.count("a=rtpmap:") > CODECS_MAX:
        raise BadOffer("This offer is far too long.")
    try:
        return SessionDescription.parse(text)
    except Exception as error:  # any of a dozen kinds: the text is a stranger's
        raise BadOffer("This is no session description.") from error


def _only_video(description: SessionDescription) -> MediaDescription:
    if [media.kind for media in description.media] != ["video"]:
        raise BadOffer("Offer one video and nothing else: no audio, no data channel.")
    media = description.media[0]
    if not media.rtcp_mux or not media.rtp.muxId:
        raise BadOffer("The video needs a=mid and a=rtcp-mux.")
    return media


def _partner(media: MediaDescription, declared: list[int]) -> int | None:
    """The SSRC of the retransmissions (RFC 4588: a=ssrc-group:FID video partner)."""
    for group in media.ssrc_group:
        if group.semantic == "FID" and len(group.items) == 2 and declared:
            return int(group.items[1]) if group.items[0] == declared[0] else None
    return None


def _prints(media: MediaDescription) -> list[RTCDtlsFingerprint]:
    return list(media.dtls.fingerprints) if media.dtls else []


def _codecs(media: MediaDescription) -> list[RTCRtpCodecParameters]:
    """VP8 and its retransmission, with the feedback both sides know.

    No bandwidth estimate is agreed on (REMB, abs-send-time): at a frame a second it
    took a third of a receiver's time, and it caps a burst at what idling used. In its
    place libwebrtc is told where to begin, or its first burst shrinks the picture.
    """
    offered = media.rtp.codecs
    video = next((c for c in offered if c.name.upper() == "VP8"), None)
    if video is None or video.clockRate != 90_000 or video.payloadType is None:
        raise BadOffer("Only VP8 is taken.")
    wanted = {("nack", None), ("nack", "pli")}
    taken = [
        RTCRtpCodecParameters(
            mimeType="video/VP8",
            clockRate=90_000,
            payloadType=video.payloadType,
            rtcpFeedback=[
                f for f in video.rtcpFeedback if (f.type, f.parameter) in wanted
            ],
            parameters=dict(_BITRATES_KBPS),
        )
    ]
    rtx = (c for c in offered if c.parameters.get("apt") == video.payloadType)
    taken += [c for c in rtx if c.name.lower() == "rtx" and c.clockRate == 90_000][:1]
    return taken
