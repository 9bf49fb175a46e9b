"""Guided enrolment on a real database: captures, a template made once, a person."""

import struct
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from asyncpg import IntegrityConstraintViolationError

from app.accounts.domain.consents import Purpose
from app.accounts.domain.enrolment import CAPTURES, Enrolled, combined
from app.accounts.domain.people import Identity, Role
from app.accounts.service.captures import Captures
from app.accounts.service.consents import Consents, current_notice
from app.accounts.service.enrolments import Enrolments
from app.accounts.service.photos import Photos
from app.accounts.service.requests import NoSuchRequest, ReasonNeeded
from app.adapters.signing import Signer
from app.kernel.findings import Ask, Shown, Template
from app.kernel.ids import AccountId
from app.operations.privacy import retention_store
from app.proctoring.domain.check_lines import Result
from app.proctoring.domain.words import Verdict, Why
from app.proctoring.service.checks import Checks
from app.proctoring.service.guiding import Guiding
from app.proctoring.service.looks import Looks
from tests.domain.test_checks import FINE
from tests.people import PHOTO
from tests.stores.entrance import SECRET, LetterBox, gatehouse_on
from tests.stores.test_checks import DEVICE, by_machine
from tests.stores.world import T0, finding

PACK = "test"
CLEAR = replace(finding(Verdict.MATCH), did_as_asked=True, kept=0.7)
UNCLEAR = replace(CLEAR, similarity=0.48)
DARK = replace(CLEAR, luminance=0.15)
ASKS = {ask: number for number, ask in enumerate(CAPTURES, 1)}


def unit(place: int) -> bytes:
    """A unit embedding of its own direction."""
    return struct.pack("<512f", *(float(it == place) for it in range(512)))


def shown(ask: Ask) -> Shown:
    return Shown(vector=unit(ASKS[ask]), jpeg=b"a picture from the " + bytes(200))


class Enrolling:
    """A student with a photo and consent, whose device is being checked."""

    def __init__(self, world) -> None:
        self.world, self.student = world, world.student
        self.letters = LetterBox()
        self.house = gatehouse_on(world.db, world.clock, self.letters)
        self.enrolments, self.captures = Enrolments(self.house), Captures(self.house)
        self.photos = Photos(world.db, world.clock, self.house.envelopes)
        self.consents = Consents(self.house, Signer(SECRET))
        guiding = Guiding(self.enrolments, world.desk.policy)
        self.looks = Looks(world.desk, guiding)
        self.checks = Checks(world.desk, [], by_machine, guiding)

    async def prepare(self) -> None:
        version = current_notice().version
        await self.photos.set_photo(self.student, PHOTO)
        await self.consents.give(self.student, list(Purpose), version, "a test")
        await self.make_reference()

    async def make_reference(self, pack: str = PACK) -> None:
        wanted = await self.photos.claim_wanted_reference(pack)
        await self.photos.save_reference(
            wanted.photo, Template(pack=pack, vector=unit(0))
        )

    async def open(self):
        opened = await self.checks.open(self.student, DEVICE, "Firefox on Linux")
        await self.world.sittings.streaming(self.student, opened.sitting, opened.epoch)
        return opened

    async def look(self, seen=CLEAR, *, pack: str = PACK):
        """Judges the look that is due next; what it was about."""
        self.world.clock.forward(3)
        (lease,) = await self.looks.claim_due()
        self.world.clock.forward(1)
        given = shown(lease.ask) if lease.ask else None
        seen = replace(seen, pack=pack)
        await self.looks.record(lease.look, lease.attempt, seen, given)
        return lease

    async def conclude(self, opened, *, give_up=False):
        return await self.checks.conclude(
            self.student, opened.check, FINE, give_up=give_up
        )

    async def check(self, seen=CLEAR):
        """A whole check, with every capture."""
        opened = await self.open()
        for _ in range(1 + len(CAPTURES)):
            await self.look(seen)
        return await self.conclude(opened)

    async def template(self) -> bytes:
        return (await self.photos.reference_of(self.student, PACK)).vector

    async def standing(self):
        async with self.world.db.connection() as tx:
            return await self.enrolments.standing(tx, self.student)

    async def value(self, query: str, *arguments: object) -> object:
        return await self.world.value(query, *arguments)

    async def acts(self) -> list[str]:
        async with self.world.db.connection() as tx:
            rows = await tx.fetch(
                "SELECT what FROM audit_event WHERE whom = $1 ORDER BY seq",
                self.student,
            )
        told = [row["what"] for row in rows]
        return [what for what in told if what.startswith(("enrol", "capture"))]


HELPER = Identity(
    account=AccountId(uuid4()),
    role=Role.HELPDESK,
    srn="HELP1",
    name="Hari",
    login=uuid4(),
    proved_at=T0,
    language="en",
    time_zone="UTC",
)


@pytest.fixture
async def enrolling(world):
    it = Enrolling(world)
    await it.prepare()
    return it


@pytest.fixture
async def helper(world):
    account = AccountId(uuid4())
    async with world.db.transaction() as tx:
        await tx.execute(
            """INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at)
               VALUES ($1, 'HELP1', 'Hari', 'helpdesk', 'x', now(), now())""",
            account,
        )
    return replace(HELPER, account=account)


WHOLE = combined([unit(0), *(unit(place) for place in ASKS.values())])


async def test_four_clear_captures_make_the_template(enrolling):
    found = await enrolling.check()
    assert not found.awaiting
    (line,) = [it for it in found.lines if it.code == "enrol"]
    assert line.result is Result.PASS
    assert await enrolling.template() == WHOLE
    assert await enrolling.value("SELECT count(*) FROM capture") == 0
    assert await enrolling.acts() == ["enrolment.made"]
    standing = await enrolling.standing()
    assert standing.state is Enrolled.APPROVED


async def test_the_page_is_told_which_side_is_wanted_and_what_was_wrong(enrolling):
    opened = await enrolling.open()
    assert (await enrolling.conclude(opened)).guide is None
    await enrolling.look()
    found = await enrolling.conclude(opened)
    assert found.awaiting
    assert (found.guide.ask, found.guide.taken) == (Ask.FRONT, ())
    await enrolling.look(DARK)
    guide = (await enrolling.conclude(opened)).guide
    assert (guide.trouble, guide.taken) == (Verdict.DARK, ())
    lease = await enrolling.look()
    guide = (await enrolling.conclude(opened)).guide
    assert (guide.trouble, guide.taken) == (None, (lease.ask,))
    assert guide.ask is not lease.ask


async def test_who_skips_the_pictures_studies_with_the_photo(enrolling):
    opened = await enrolling.open()
    await enrolling.look()
    await enrolling.look()
    assert await enrolling.value("SELECT count(*) FROM capture") == 1
    found = await enrolling.conclude(opened, give_up=True)
    (line,) = [it for it in found.lines if it.code == "enrol"]
    assert (line.result, found.result) == (Result.WARNING, Result.WARNING)
    assert await enrolling.value("SELECT count(*) FROM capture") == 0
    assert await enrolling.template() == unit(0)
    assert await enrolling.checks.require(enrolling.student, DEVICE)


async def test_an_enrolled_template_never_updates_itself(enrolling):
    """Neither by what passes later, nor by another check, nor by a slip in the code."""
    await enrolling.check()
    opened = await enrolling.open()
    await enrolling.look(replace(CLEAR, similarity=0.99))
    assert not (await enrolling.conclude(opened)).awaiting
    looks = "SELECT count(*) FROM look WHERE why = 'enrol'"
    assert await enrolling.value(looks) == len(CAPTURES)
    assert await enrolling.template() == WHOLE
    for change in ("sealed = sealed || 'x'::bytea", "captures = 5", "captures = 0"):
        with pytest.raises(IntegrityConstraintViolationError):
            await enrolling.value(f"UPDATE reference SET {change}")


async def test_unclear_captures_wait_for_the_helpdesk(enrolling, helper):
    found = await enrolling.check(UNCLEAR)
    (line,) = [it for it in found.lines if it.code == "enrol"]
    assert "helpdesk" in line.detail
    assert await enrolling.template() == unit(0)
    (waiting,) = await enrolling.captures.waiting()
    assert set(waiting.asks) == set(CAPTURES)
    jpeg = await enrolling.captures.see(helper, waiting.enrolment, Ask.LEFT)
    assert jpeg == shown(Ask.LEFT).jpeg
    await enrolling.captures.approve(helper, waiting.enrolment)
    assert await enrolling.template() == WHOLE
    assert await enrolling.value("SELECT count(*) FROM capture") == 0
    seen = ["enrolment.waits", "capture.seen", "enrolment.approved"]
    assert await enrolling.acts() == seen
    with pytest.raises(NoSuchRequest):
        await enrolling.captures.approve(helper, waiting.enrolment)
    with pytest.raises(NoSuchRequest):
        await enrolling.captures.see(helper, waiting.enrolment, Ask.LEFT)


async def test_refused_captures_are_deleted_and_the_student_may_take_others(
    enrolling, helper
):
    await enrolling.check(UNCLEAR)
    (waiting,) = await enrolling.captures.waiting()
    with pytest.raises(ReasonNeeded):
        await enrolling.captures.refuse(helper, waiting.enrolment, " ")
    await enrolling.captures.refuse(helper, waiting.enrolment, "A cap hides you.")
    assert await enrolling.template() == unit(0)
    assert await enrolling.value("SELECT count(*) FROM capture") == 0
    kinds = [it.kind for it in enrolling.letters.letters]
    assert kinds[-1] == "captures_refused"
    standing = await enrolling.standing()
    assert standing.reason == "A cap hides you."
    await enrolling.check()
    assert await enrolling.template() == WHOLE


async def test_captures_are_sealed_and_unreadable_once_consent_is_withdrawn(enrolling):
    await enrolling.check(UNCLEAR)
    plain = "SELECT count(*) FROM capture WHERE position('picture'::bytea IN picture)>0"
    assert await enrolling.value("SELECT count(*) FROM capture") == len(CAPTURES)
    assert await enrolling.value(plain) == 0
    await enrolling.consents.withdraw(enrolling.student, Purpose.BIOMETRICS)
    for table in ("capture", "enrolment", "reference"):
        assert await enrolling.value(f"SELECT count(*) FROM {table}") == 0


async def test_a_new_photo_begins_a_new_enrolment(enrolling):
    await enrolling.check()
    await enrolling.photos.set_photo(enrolling.student, PHOTO + b"newer")
    await enrolling.make_reference()
    assert await enrolling.template() == unit(0)
    assert await enrolling.standing() is None
    await enrolling.check()
    assert await enrolling.template() == WHOLE


async def test_another_pack_asks_for_its_own_captures(enrolling):
    await enrolling.check()
    await enrolling.make_reference("other")
    await enrolling.open()
    await enrolling.look(pack="other")
    lease = await enrolling.look(pack="other")
    assert lease.why is Why.ENROL
    assert await enrolling.template() == WHOLE


async def test_a_capture_delivered_twice_is_one(enrolling):
    await enrolling.open()
    await enrolling.look()
    lease = await enrolling.look()
    twice = await enrolling.looks.record(
        lease.look, lease.attempt, CLEAR, shown(lease.ask)
    )
    assert twice is None
    assert await enrolling.value("SELECT count(*) FROM capture") == 1


async def test_pictures_that_nobody_compares_do_not_stay(enrolling):
    await enrolling.check(UNCLEAR)
    async with enrolling.world.db.transaction() as tx:
        now = enrolling.world.clock.now()
        early = now - timedelta(days=1)
        sweep = retention_store.forget_captures
        assert await sweep(tx, unfinished=now, waiting=early) == 0
        late = now + timedelta(seconds=1)
        assert await sweep(tx, unfinished=early, waiting=late) == 1
    assert await enrolling.value("SELECT count(*) FROM capture") == 0
