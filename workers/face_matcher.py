"""Face matcher: samples in, findings out; and references from profile photos.

The stream only carries bytes. A sample is judged under its look's lease in
PostgreSQL, so one that is lost, doubled or left by a killed matcher costs a second
capture and nothing else.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import structlog
from redis.exceptions import RedisError, ResponseError

from app.adapters.faults import kind_of
from app.adapters.figures import EXAMINING
from app.adapters.logs import about
from app.adapters.packs_in_use import PacksInUse
from app.adapters.redis import entries_of
from app.adapters.standing import AIM, Standing
from app.adapters.tasks import alongside, restarted
from app.kernel.ids import AccountId
from app.kernel.messages import Malformed, Sample
from app.kernel.refusals import Unavailable
from app.proctoring.domain.words import Verdict
from app.settings import standing
from media.faces.engine import Captured, FaceEngine, PhotoRefused
from media.faces.packs import PackError
from workers.evidence_keeper import EvidenceKeeper
from workers.house import House
from workers.pack_change import PackChange

STREAM = "samples"
GROUP = "face_matcher"
BLOCK_MS = 2_000
REFERENCES_EVERY_S = 1.0
FAULT_PAUSE_S = 1.0
_FAULTS = (Unavailable, RedisError, OSError, TimeoutError)

log = structlog.get_logger()


async def run(house: House) -> None:
    """Loads the models, then matches until cancelled; SystemExit if one is changed."""
    try:
        engine = FaceEngine.load(house.settings.pack)
    except PackError as error:
        raise SystemExit(str(error)) from None
    tell(standing(house.settings))
    await Matcher(house, engine).run()


def tell(it: Standing) -> None:
    """Which threshold decides, and what is known of it: counts and figures alone."""
    log.info(
        "recognising",
        pack=it.pack,
        threshold=it.threshold,
        source=str(it.source),
        people=it.figures.people if it.figures else 0,
        genuine_pairs=it.figures.genuine_pairs if it.figures else 0,
        impostor_pairs=it.figures.impostor_pairs if it.figures else 0,
        fmr_below=it.figures.fmr_most if it.figures else None,
        fnmr=it.figures.fnmr if it.figures else None,
    )
    if not it.shown:
        log.warning("fmr_not_shown", aim=AIM, do="spom faces evaluate DIR --adopt")


class Matcher:
    """One engine, one thread: the models use their own."""

    def __init__(
        self, house: House, engine: FaceEngine, keeper: EvidenceKeeper | None = None
    ) -> None:
        self._house = house
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="faces")
        self._keeper = keeper or EvidenceKeeper(house.evidence)
        house.hands.also(lambda: self._keeper.busy)
        packs = PacksInUse(house.redis)
        self._change = PackChange(engine.pack, packs, house.photos, house.desk.clock)
        self._name = f"{socket.gethostname()}-{os.getpid()}"

    async def run(self) -> None:
        """Until cancelled."""
        references = partial(self._keep_on, self._make_references)
        async with (
            alongside(restarted("references", references)),
            alongside(restarted("evidence", self._keeper.run)),
            alongside(restarted("packs", partial(self._keep_on, self._change.run))),
        ):
            await restarted("looks", partial(self._keep_on, self._judge_next))

    async def _keep_on(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except _FAULTS as error:
                log.warning("matching_failed", error=kind_of(error))
                await asyncio.sleep(FAULT_PAUSE_S)

    async def _judge_next(self) -> None:
        """Takes one sample, judges it, and removes it."""
        async with self._house.hands.work():
            await self._judge_one()

    async def _judge_one(self) -> None:
        redis = self._house.patient_redis
        try:
            found = await redis.xreadgroup(
                GROUP, self._name, {STREAM: ">"}, count=1, block=BLOCK_MS
            )
        except ResponseError:  # no stream or group: Redis came back empty
            await self._make_group()
            return
        for entry, fields in entries_of(found):
            try:
                await self._judge(fields)
            finally:
                # Nobody takes it up again, and it is somebody's face.
                await redis.xack(STREAM, GROUP, entry)
                await redis.xdel(STREAM, entry)

    async def _make_group(self) -> None:
        try:
            await self._house.redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _judge(self, fields: Mapping[bytes, bytes]) -> None:
        try:
            sample = Sample.from_fields(fields)
        except Malformed:
            log.warning("sample_unreadable")
            return
        command = sample.command
        with about(sitting=command.sitting, look=command.look, epoch=command.epoch):
            try:
                await self._judge_sample(sample)
            except _FAULTS as error:
                log.warning("look_not_judged", error=kind_of(error))
                raise

    async def _judge_sample(self, sample: Sample) -> None:
        command = sample.command
        account = await self._house.looks.whose(command.look, command.attempt)
        if account is None:
            # A matcher that is behind would else examine what is over, for ever.
            log.info("sample_late")
            return
        if await self._house.consents.is_by_person(account):
            # No machine looks at this face: the picture waits for a person.
            jpeg = sample.frames[0] if sample.frames else None
            await self._house.pictures.hold(command.look, command.attempt, jpeg)
            return
        captured = await self._examine(sample, account)
        shown = captured.shown() if command.ask else None
        verdict = await self._house.looks.record(
            command.look, command.attempt, captured.finding, shown
        )
        if verdict is not None:
            passed = verdict is Verdict.MATCH
            self._keeper.judged(
                command.sitting, command.look, sample.frames, passed=passed
            )
        log.info("look_judged", verdict=verdict)

    async def _examine(self, sample: Sample, account: AccountId) -> Captured:
        engine = self._engine
        reference = await self._house.photos.reference_of(account, engine.pack)
        loop, ask = asyncio.get_running_loop(), sample.command.ask
        with EXAMINING.time():
            return await loop.run_in_executor(
                self._thread, engine.capture, sample.frames, reference, ask
            )

    async def _make_references(self) -> None:
        """Makes the references that are wanted: once a photo and pack."""
        async with self._house.hands.work():
            if await self._make_reference():
                return
        await asyncio.sleep(REFERENCES_EVERY_S)

    async def _make_reference(self) -> bool:
        """Whether one was wanted."""
        photos, engine = self._house.photos, self._engine
        wanted = await photos.claim_wanted_reference(engine.pack)
        if wanted is None:
            return False
        loop = asyncio.get_running_loop()
        try:
            template = await loop.run_in_executor(
                self._thread, engine.enrol, wanted.jpeg
            )
        except PhotoRefused as refusal:
            await photos.refuse_reference(wanted.photo, engine.pack, str(refusal))
        else:
            await photos.save_reference(wanted.photo, template)
        log.info("reference_decided", photo=str(wanted.photo))
        return True
