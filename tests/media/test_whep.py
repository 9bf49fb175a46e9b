"""WHEP as proctors see it: a student's video as it comes, decoded by nobody here."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from aioice import Connection
from aiortc.rtp import is_rtcp

from app.adapters.view_leases import ViewLeases
from app.kernel.ids import SittingId, ViewId
from media import relay as relays
from media.seam.limits import Limits, key_frame_size
from tests.media.studio import moving, offer_of, open_studio, until
from tests.media.test_whip import FRAGMENT, patch_restart
from tests.media.viewing import Leases, Proctor, delete, view_ticket, views_end
from workers.loadtest.whip import WhipRefused


@pytest.fixture
def sitting():
    return SittingId(uuid4())


@pytest.fixture
def leases():
    return Leases()


@pytest.fixture
async def studio(leases):
    async with open_studio(leases=leases) as opened:
        yield opened


def taps(peer) -> int:
    return len(peer._receiver._packet_taps) + len(peer._receiver._taps)


async def test_frames_arrive_as_they_were_sent_and_nothing_is_decoded(
    studio, sitting, monkeypatch
):
    decoders = []
    monkeypatch.setattr("aiortc.rtcrtpreceiver.get_decoder", decoders.append)
    async with studio.student(sitting):
        peer = await studio.streaming(sitting)
        assert taps(peer) == 0
        sent: list[bytes] = []
        with peer.tapped(sent.append):
            async with Proctor(studio, view_ticket(sitting)) as proctor:
                await until(lambda: len(proctor.frames) > 8)
                assert len(peer._receiver._packet_taps) == 1
        seen = proctor.frames[:8]
        first = sent.index(seen[0])
        assert key_frame_size(seen[0]) == (640, 480)
        assert sent[first : first + 8] == seen
        assert decoders == []
        await until(lambda: taps(peer) == 0)
        await views_end(studio)


async def test_the_answer_only_sends_one_source_and_says_where_it_ends(studio, sitting):
    async with studio.student(sitting):
        await studio.streaming(sitting)
        async with Proctor(studio, view_ticket(sitting)) as proctor:
            assert "a=sendonly" in proctor.answer
            assert proctor.answer.count("cname:") == 1
            assert proctor.location.rpartition("/")[0] == proctor.url
            await until(lambda: proctor.frames)
            assert f"a=ssrc:{proctor.source} " in proctor.answer
            peer = studio.ingest.peer_of(sitting, 1)
            assert await delete(studio.http, proctor.location) == 200
            assert taps(peer) == 0  # at once, not when the connection has closed
            assert await delete(studio.http, proctor.location) == 404
            await until(lambda: proctor.gone)
        assert peer.frames  # the student's stream goes on


async def test_a_view_survives_an_ice_restart_and_takes_a_trickle(studio, sitting):
    async with studio.student(sitting):
        await studio.streaming(sitting)
        async with Proctor(studio, view_ticket(sitting)) as proctor:
            await until(lambda: proctor.frames)
            async with studio.http.patch(
                proctor.location,
                data="a=mid:0\r\n",
                headers={**FRAGMENT, "If-Match": proctor.etag},
            ) as response:
                assert response.status == 204
            fresh = Connection(ice_controlling=True)
            _, tag = await patch_restart(studio.http, proctor, fresh)
            assert tag != proctor.etag
            before = len(proctor.frames)
            await until(lambda: len(proctor.frames) > before + 3)


async def test_a_wish_for_a_key_frame_reaches_the_student_and_a_flood_does_not(
    studio, sitting, monkeypatch
):
    async with studio.student(sitting):
        peer = await studio.streaming(sitting)
        async with Proctor(studio, view_ticket(sitting)) as proctor:
            await until(lambda: len(proctor.frames) > 2)
            monkeypatch.setattr("media.peer.VIEWERS_EVERY_S", 0)
            for full in (False, True):
                before = len(proctor.frames)
                await proctor.wants_key_frame(full=full)

                def came(since=before):
                    return any(map(key_frame_size, proctor.frames[since:]))

                await until(came)
            monkeypatch.setattr("media.peer.VIEWERS_EVERY_S", 60)
            asked = []
            monkeypatch.setattr(
                peer._receiver, "_send_rtcp_pli", lambda ssrc: noted(asked, ssrc)
            )
            for _ in range(40):
                await proctor.wants_key_frame()
            await asyncio.sleep(0.2)
            assert asked == []


async def noted(list_, it):
    list_.append(it)


@pytest.mark.parametrize("guarded", [True, False])
async def test_what_a_viewer_lost_is_sent_again_and_a_greedy_one_gets_little(
    studio, sitting, monkeypatch, guarded
):
    """The second run is the control: without the budget a small request is a flood."""
    if not guarded:
        much = Limits(packets_per_s=1e6, bytes_per_s=1e9)
        monkeypatch.setattr("media.seam.sender.AGAIN", much)
    async with studio.student(sitting):
        await studio.streaming(sitting)
        async with Proctor(studio, view_ticket(sitting)) as proctor:
            await until(lambda: proctor.frames)
            [view] = studio.relay.resources
            link = view.viewer._link.dtls
            carry, lost = link._send_rtp, []

            async def carry_but_one(data):
                number = int.from_bytes(data[2:4], "big")
                if not lost and not is_rtcp(data):
                    lost.append(number)
                else:
                    await carry(data)

            link._send_rtp = carry_but_one
            await until(lambda: lost and lost[0] in numbers(proctor))
            kept = [it.sequence_number for it in proctor.packets[-40:]]
            before = view.viewer.sent
            for _ in range(50):
                await proctor.wants_again(*kept)
            await asyncio.sleep(0.3)
            again = view.viewer.sent - before  # of the 2000 it asked for
            assert (again < 200) is guarded


def numbers(proctor) -> set[int]:
    return {it.sequence_number for it in proctor.packets}


async def test_a_ticket_to_send_shows_nothing_and_one_to_view_sends_nothing(
    studio, sitting
):
    async with studio.student(sitting):
        await studio.streaming(sitting)
        with pytest.raises(WhipRefused, match="401 ticket_invalid"):
            await Proctor(studio, studio.ticket(sitting)).start()
        status, code, _ = await studio.post(
            await offer_of("video"), view_ticket(SittingId(uuid4()))
        )
        assert (status, code) == (401, "ticket_invalid")


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"life": timedelta(seconds=-1)}, "401 ticket_expired"),
        ({"secret": "another secret, as long as it takes"}, "401 ticket_invalid"),
        ({"epoch": 2}, "404 no_video"),
        ({"lasts": timedelta(0)}, "404 view_over"),
    ],
)
async def test_a_ticket_that_does_not_fit_is_refused(studio, sitting, given, refused):
    async with studio.student(sitting):
        with pytest.raises(WhipRefused, match=refused):
            await Proctor(studio, view_ticket(sitting, **given)).start()


async def test_an_offer_to_send_is_no_offer_to_view(studio, sitting):
    for direction in ("sendonly", "sendrecv"):
        async with studio.http.post(
            studio.url.replace("/whip", "/whep"),
            data=await offer_of("video", direction=direction),
            headers={
                "Authorization": f"Bearer {view_ticket(sitting)}",
                "Content-Type": "application/sdp",
            },
        ) as response:
            assert response.status == 400


async def test_viewers_are_few_for_a_sitting_and_for_a_node(
    studio, sitting, monkeypatch
):
    monkeypatch.setattr(relays, "OF_A_SITTING", 1)
    other, view = SittingId(uuid4()), ViewId(uuid4())
    async with (
        studio.student(sitting),
        studio.student(other),
        Proctor(studio, view_ticket(sitting, view=view)),
    ):
        with pytest.raises(WhipRefused, match="409 second_viewer"):
            await Proctor(studio, view_ticket(sitting, view=view)).start()
        with pytest.raises(WhipRefused, match="429 enough_viewers"):
            await Proctor(studio, view_ticket(sitting)).start()
        monkeypatch.setattr(relays, "OF_A_NODE", 1)
        with pytest.raises(WhipRefused, match="429 enough_viewers"):
            await Proctor(studio, view_ticket(other)).start()


async def test_a_view_ends_when_the_app_takes_its_word_back(sitting, redis):
    leases, view = ViewLeases(redis), ViewId(uuid4())
    async with open_studio(leases=leases) as studio, studio.student(sitting):
        peer = await studio.streaming(sitting)
        with pytest.raises(WhipRefused, match="404 view_over"):
            await Proctor(studio, view_ticket(sitting, view=view)).start()
        await leases.hold(view)
        async with Proctor(studio, view_ticket(sitting, view=view)) as proctor:
            await until(lambda: proctor.frames)
            await leases.drop([view])
            await until(lambda: proctor.gone, within_s=4)
            assert taps(peer) == 0


@pytest.mark.parametrize("fault", ["away", "silent"])
async def test_a_view_ends_when_nobody_can_say_whether_it_may_go_on(
    studio, sitting, leases, monkeypatch, fault
):
    monkeypatch.setattr(relays, "SWEEP_EVERY_S", 0.05)
    monkeypatch.setattr(relays, "ASK_WITHIN_S", 0.1)
    async with studio.student(sitting):
        await studio.streaming(sitting)
        async with Proctor(studio, view_ticket(sitting)) as proctor:
            await until(lambda: proctor.frames)
            leases.fault = fault
            await asyncio.sleep(0.3)
            assert not proctor.gone  # a hiccup ends nothing
            monkeypatch.setattr(relays, "UNVOUCHED_S", 0.2)
            await until(lambda: proctor.gone, within_s=4)
            with pytest.raises(WhipRefused, match="503 nobody_vouches"):
                await Proctor(studio, view_ticket(sitting)).start()


async def test_a_view_ends_with_its_stream_or_the_next_epoch(studio, sitting):
    first = studio.student(sitting, 1)
    await first.start()
    await studio.streaming(sitting)
    async with Proctor(studio, view_ticket(sitting)) as proctor:
        await until(lambda: proctor.frames)
        async with studio.student(sitting, 2):
            first.location = ""
            await until(lambda: proctor.gone)
            async with Proctor(studio, view_ticket(sitting, 2)) as again:
                await until(lambda: again.frames)
        await until(lambda: again.gone)
    await first.stop()


async def test_a_view_ends_at_its_limit_and_in_silence(studio, sitting, monkeypatch):
    monkeypatch.setattr(relays, "SWEEP_EVERY_S", 0.05)
    ends = [
        lambda view: setattr(view, "until", view.until - timedelta(minutes=10)),
        lambda _: monkeypatch.setattr(relays, "SILENCE_S", -1),
    ]
    async with studio.student(sitting):
        await studio.streaming(sitting)
        for end in ends:
            async with Proctor(studio, view_ticket(sitting)) as proctor:
                await until(lambda seen=proctor: seen.frames)
                [view] = studio.relay.resources
                end(view)
                await until(lambda seen=proctor: seen.gone)


async def test_a_picture_larger_than_allowed_is_not_passed_on(sitting, leases):
    small = Limits(width=320, height=240)
    async with open_studio(leases=leases, limits=small) as studio:
        async with studio.student(sitting, camera=moving(640, 480)):
            await studio.streaming(sitting)
            async with Proctor(studio, view_ticket(sitting)) as proctor:
                await until(lambda: proctor.peer.connectionState == "connected")
                peer = studio.ingest.peer_of(sitting, 1)
                await until(lambda: taps(peer) == 1)
                seen = peer.frames
                await until(lambda: peer.frames > seen + 5)
                assert proctor.packets == []
        fitting = SittingId(uuid4())
        async with studio.student(fitting, camera=moving(320, 240)):
            await studio.streaming(fitting)
            async with Proctor(studio, view_ticket(fitting)) as proctor:
                await until(lambda: proctor.frames)


async def test_a_viewer_that_takes_nothing_costs_a_bounded_queue(studio, sitting):
    async with studio.student(sitting):
        peer = await studio.streaming(sitting)
        async with (
            Proctor(studio, view_ticket(sitting)) as stuck,
            Proctor(studio, view_ticket(sitting)) as other,
        ):
            await until(lambda: stuck.frames and other.frames)
            slow, _ = studio.relay.resources
            sender = slow.viewer._sender
            sender._waiting._maxsize = 4
            sender._transport._send_rtp = never
            before = len(other.frames)
            await until(lambda: len(other.frames) > before + 10)
            assert sender._waiting.qsize() == 4
            assert peer.frames


async def test_where_the_way_out_is_full_packets_are_dropped_and_not_piled_up(
    studio, sitting, monkeypatch
):
    async with studio.student(sitting):
        await studio.streaming(sitting)
        async with Proctor(studio, view_ticket(sitting)) as proctor:
            await until(lambda: proctor.packets)
            monkeypatch.setattr("media.seam.ice.UNSENT_MAX", -1)
            await asyncio.sleep(0.1)  # what is under way arrives
            before = len(proctor.packets)
            await asyncio.sleep(0.4)
            assert len(proctor.packets) == before
            monkeypatch.undo()
            await until(lambda: len(proctor.packets) > before)


async def never(data: bytes) -> None:
    await asyncio.Event().wait()
