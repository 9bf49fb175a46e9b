"""Offers: one VP8 video, and nothing a stranger writes is a fault of ours."""

from random import Random

import pytest
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from aiortc.sdp import SessionDescription

from media import server
from media.seam import description
from media.seam.description import BadOffer, read_offer
from tests.media.studio import offer_of, open_studio


@pytest.mark.parametrize(
    "text", ["", "v=0\r\nnot a description\r\n", "v=0\r\nm=video x\r\n"]
)
async def test_nonsense_is_a_bad_offer(studio, text):
    assert (await studio.post(text))[:2] == (400, "bad_offer")


async def test_a_garbled_offer_is_read_or_refused_and_never_a_fault():
    offer, chance = await offer_of("video"), Random(1)
    outcomes = set()
    for _ in range(2_000):
        letters = list(offer)
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(len(letters))
            copied = chance.randrange(len(letters))
            letters[at : at + chance.randrange(40)] = letters[copied : copied + 20]
        try:
            outcomes.add(type(read_offer("".join(letters)).to_receive()))
        except BadOffer:
            outcomes.add(BadOffer)
    assert outcomes == {RTCRtpReceiveParameters, BadOffer}


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize(
    "more",
    [
        "".join(f"a=rtpmap:{n} VP8/90000\r\n" for n in range(100)),
        "a=rtcp-fb:* x\r\n" * 500,
    ],
)
async def test_an_offer_that_takes_long_to_read_is_not_read(
    studio, monkeypatch, more, guarded
):
    """The second run is the control: without the bounds its lines are gone through."""
    read = []
    parse = SessionDescription.parse
    taken = staticmethod(lambda text: [read.append(text), parse(text)][1])
    monkeypatch.setattr(SessionDescription, "parse", taken)
    if not guarded:
        monkeypatch.setattr(description, "LINES_MAX", 10**6)
        monkeypatch.setattr(description, "CODECS_MAX", 10**6)
    _, code, _ = await studio.post(await offer_of("video") + more)
    assert (len(read) == 0) is guarded
    assert code == "bad_offer" or not guarded


@pytest.mark.parametrize("guarded", [True, False])
async def test_an_offer_of_33_kb_is_refused_before_it_is_read(monkeypatch, guarded):
    """The second run is the control."""
    if not guarded:
        monkeypatch.setattr(server, "OFFER_MAX", 10**6)
    async with open_studio() as studio:
        status, code, _ = await studio.post("x" * (description.OFFER_MAX + 1))
    assert (status, code) == ((413, "too_large") if guarded else (400, "bad_offer"))


async def test_a_data_channel_would_be_taken_without_the_guard(studio, monkeypatch):
    """The control of the next test: its offer is refused for that, and nothing else."""

    def first_video(offer):
        return next(it for it in offer.media if it.kind == "video")

    monkeypatch.setattr(description, "_only_video", first_video)
    status, _, _ = await studio.post(await offer_of("video", "data"))
    assert status == 201


@pytest.mark.parametrize(
    ("kinds", "options"),
    [
        (["audio"], {}),
        (["video", "audio"], {}),
        (["video", "video"], {}),
        (["video", "data"], {}),
        (["video"], {"codec": "video/H264"}),
        (["video"], {"direction": "recvonly"}),
    ],
)
async def test_anything_but_one_vp8_video_is_a_bad_offer(studio, kinds, options):
    offer = await offer_of(*kinds, **options)
    assert (await studio.post(offer))[:2] == (400, "bad_offer")
    assert len(studio.ingest) == 0


@pytest.mark.parametrize(
    "missing", ["a=fingerprint", "a=ice-ufrag", "a=ice-pwd", "a=rtcp-mux", "a=mid"]
)
async def test_an_offer_must_be_complete(studio, missing):
    lines = (await offer_of("video")).splitlines()
    text = "\r\n".join(line for line in lines if not line.startswith(missing))
    assert (await studio.post(text))[:2] == (400, "bad_offer")
