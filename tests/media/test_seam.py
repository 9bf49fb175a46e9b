"""The private names of aiortc and aioice that we lean on are still there."""

from importlib.metadata import version

import pytest
from aiortc import RTCRtpReceiver
from aiortc.rtcdtlstransport import RTCDtlsTransport

from media import seam


async def test_what_we_lean_on_is_there():
    seam.verify()


@pytest.mark.parametrize(
    ("kind", "name"),
    [(RTCRtpReceiver, "_send_rtcp_pli"), (RTCDtlsTransport, "_register_rtp_sender")],
)
async def test_a_name_that_moved_is_named(monkeypatch, kind, name):
    monkeypatch.delattr(kind, name)
    with pytest.raises(seam.SeamMoved, match=name):
        seam.verify()


@pytest.mark.parametrize("package", ["aiortc", "aioice"])
def test_the_version_is_one_it_was_tried_with(package):
    tried = seam.TRIED[package]
    assert version(package).startswith(tried), (
        f"{package} {version(package)} is new: read its changes to what media/seam "
        f"leans on, run tests/media, and then put the version into seam.TRIED."
    )
