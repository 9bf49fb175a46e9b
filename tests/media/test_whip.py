"""WHIP as clients see it."""

from datetime import timedelta
from uuid import uuid4

import aiohttp
import pytest
from aioice import Candidate, Connection

from app.kernel.ids import SittingId
from media.seam.description import OFFER_MAX
from tests.media.studio import (
    APP_URL,
    BOTH,
    moving,
    offer_of,
    open_studio,
    until,
)
from workers.loadtest.whip import WhipClient, WhipRefused

FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}


def pytest_generate_tests(metafunc):
    """Clients see no difference between a port for each stream and one for all."""
    if "studio" in metafunc.fixturenames:
        metafunc.parametrize("studio", **BOTH, indirect=True)


@pytest.fixture
def sitting():
    return SittingId(uuid4())


async def test_a_stream_has_a_place_of_its_own_and_ends_on_delete(studio, sitting):
    async with studio.student(sitting) as client:
        await studio.streaming(sitting)
        assert client.location.rpartition("/")[0] == studio.url
        assert client.etag.startswith('"')
        async with studio.http.delete(client.location) as response:
            assert response.status == 200
        assert studio.ingest.peer_of(sitting, 1) is None
        async with studio.http.delete(client.location) as response:
            assert response.status == 404
        await until(lambda: client.peer.connectionState == "closed")
        client.location = ""


async def test_a_stream_ends_when_the_browser_goes(studio, sitting):
    client = studio.student(sitting)
    await client.start()
    await studio.streaming(sitting)
    await client.peer.close()
    await until(lambda: len(studio.ingest) == 0)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda s: s.ticket(life=-timedelta(seconds=1)), "ticket_expired"),
        (lambda s: s.ticket(secret="another secret, as long as it takes"), None),
        (lambda s: "nonsense", None),
    ],
)
async def test_a_bad_ticket_is_refused(studio, spoil, code):
    status, found, _ = await studio.post(await offer_of("video"), spoil(studio))
    assert (status, found) == (401, code or "ticket_invalid")


async def test_without_a_ticket_nothing_begins(studio):
    async with studio.http.post(
        studio.url, data="", headers={"Content-Type": "application/sdp"}
    ) as response:
        assert response.status == 401


async def test_a_second_stream_of_the_same_epoch_is_refused(studio, sitting):
    async with studio.student(sitting):
        with pytest.raises(WhipRefused, match="409 second_stream"):
            await studio.student(sitting).start()


async def test_a_newer_epoch_replaces_and_an_older_is_stale(studio, sitting):
    async with studio.student(sitting, 1) as first, studio.student(sitting, 2):
        await studio.streaming(sitting, 2)
        assert studio.ingest.peer_of(sitting, 1) is None
        assert len(studio.ingest) == 1
        await until(lambda: first.peer.connectionState == "closed")
        first.location = ""
        with pytest.raises(WhipRefused, match="409 stale_epoch"):
            await studio.student(sitting, 1).start()


async def test_an_ended_stream_may_begin_again_with_its_ticket(studio, sitting):
    async with studio.student(sitting):
        pass
    async with studio.student(sitting):
        await studio.streaming(sitting)


async def test_an_older_epoch_stays_stale_after_the_newer_ended(studio, sitting):
    async with studio.student(sitting, 2):
        pass
    with pytest.raises(WhipRefused, match="409 stale_epoch"):
        await studio.student(sitting, 1).start()


async def test_a_full_node_refuses_newcomers_and_lets_its_own_reconnect(sitting):
    async with open_studio(capacity=1) as studio, studio.student(sitting, 1) as first:
        with pytest.raises(WhipRefused, match="503 node_full"):
            await studio.student().start()
        async with studio.student(sitting, 2):
            first.location = ""


async def test_an_oversized_offer_and_another_type_are_refused(studio):
    assert (await studio.post("x" * (OFFER_MAX + 1)))[:2] == (413, "too_large")
    status, code, headers = await studio.post("{}", **{"Content-Type": "text/plain"})
    assert (status, code, headers["Accept-Post"]) == (415, "not_sdp", "application/sdp")


async def test_pages_of_the_app_may_call_and_others_may_not(studio):
    asked = {"Access-Control-Request-Method": "POST"}
    for origin, allowed in ((APP_URL, APP_URL), ("http://evil.test", None)):
        async with studio.http.options(
            studio.url, headers={"Origin": origin, **asked}
        ) as response:
            assert response.status == 204
            assert response.headers.get("Access-Control-Allow-Origin") == allowed
    _, _, headers = await studio.post("", Origin=APP_URL)
    assert headers["Access-Control-Allow-Origin"] == APP_URL
    assert "Location" in headers["Access-Control-Expose-Headers"]


async def test_health_tells_the_load(studio, sitting):
    async with (
        studio.student(sitting),
        studio.http.get(studio.url.replace("/whip", "/healthz")) as response,
    ):
        load = {"streams": 1, "capacity": 400, "views": 0}
        assert await response.json() == {"status": "ok", **load}


async def test_a_trickle_is_taken_and_says_which_ice_session_it_means(studio, sitting):
    async with studio.student(sitting) as client:
        for headers, status in (
            ({}, 428),
            ({"If-Match": '"another"'}, 412),
            ({"If-Match": client.etag}, 204),
        ):
            async with studio.http.patch(
                client.location,
                data="a=mid:0\r\na=candidate:1 1 udp 1 169.254.1.1 9 typ host\r\n",
                headers={**FRAGMENT, **headers},
            ) as response:
                assert response.status == status


async def test_a_stream_survives_an_ice_restart(studio, sitting):
    async with studio.student(sitting) as client:
        peer = await studio.streaming(sitting)
        tag, fresh = client.etag, Connection(ice_controlling=True)
        answer, new_tag = await patch_restart(studio.http, client, fresh)
        assert new_tag != tag
        await switch(client, fresh, answer)
        before = peer.frames
        await until(lambda: peer.frames > before + 10)
        assert len(await studio.capturer.capture(peer)) >= 3
        await fresh.close()


async def patch_restart(http: aiohttp.ClientSession, client: WhipClient, fresh):
    fragment = f"a=ice-ufrag:{fresh.local_username}\r\na=ice-pwd:{fresh.local_password}"
    async with http.patch(
        client.location,
        data=f"{fragment}\r\nm=video 9 RTP/AVP 0\r\na=mid:0\r\n",
        headers={**FRAGMENT, "If-Match": "*"},
    ) as response:
        assert response.status == 200
        lines = (await response.text()).split("\r\n")
        return dict(line[2:].split(":", 1) for line in lines if ":" in line), (
            response.headers["ETag"]
        )


async def switch(client: WhipClient, fresh: Connection, answer) -> None:
    """What a browser does in a restart: new ICE below the same DTLS."""
    fresh._local_candidates_start = fresh._local_candidates_end = True
    await fresh.get_component_candidates(1, ["127.0.0.1"])
    fresh.remote_username, fresh.remote_password = (
        answer["ice-ufrag"],
        answer["ice-pwd"],
    )
    await fresh.add_remote_candidate(Candidate.from_sdp(answer["candidate"]))
    await fresh.add_remote_candidate(None)
    ice = client.sender.transport.transport
    fresh.data_received = ice._connection.data_received
    await fresh.connect()
    ice._send = fresh.send


async def test_a_failed_restart_leaves_the_stream_as_it_was(studio, sitting):
    async with studio.student(sitting) as client:
        peer = await studio.streaming(sitting)
        await patch_restart(studio.http, client, Connection(ice_controlling=True))
        await patch_restart(studio.http, client, Connection(ice_controlling=True))
        before = peer.frames
        await until(lambda: peer.frames > before + 5)


async def test_a_goodbye_of_a_paused_encoder_ends_nothing(studio, sitting):
    camera = moving()
    async with studio.student(sitting, camera=camera) as client:
        peer = await studio.streaming(sitting)
        goodbye = bytes([0x81, 203, 0, 1]) + client.sender._ssrc.to_bytes(4, "big")
        await client.sender.transport._send_rtp(goodbye)
        before = peer.frames
        await until(lambda: peer.frames > before + 5)
