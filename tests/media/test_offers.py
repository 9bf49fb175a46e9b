"""Offers: one VP8 video, and nothing a stranger writes is a fault of ours."""

from random import Random

import pytest
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters

from media.seam.description import BadOffer, read_offer
from tests.media.studio import offer_of


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


async def test_an_offer_that_takes_long_to_read_is_not_read(studio):
    codecs = "".join(f"a=rtpmap:{n} VP8/90000\r\n" for n in range(100))
    assert (await studio.post(await offer_of("video") + codecs))[1] == "bad_offer"
    feedback = "a=rtcp-fb:* x\r\n" * 500
    assert (await studio.post(await offer_of("video") + feedback))[1] == "bad_offer"


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
