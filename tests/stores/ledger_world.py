"""A world whose hours are told, corrected and verified by the real ledger."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from app.accounts.domain.people import Identity, Role
from app.adapters.signing import Signer
from app.kernel.glances import Followed, Sight
from app.kernel.ids import AccountId, SittingId
from app.kernel.refusals import Refusal
from app.proctoring.domain.planning import Lease
from app.proctoring.domain.words import Verdict
from app.proctoring.ledger.corrections import Asked, Corrections
from app.proctoring.ledger.domain import Totals
from app.proctoring.ledger.mailing import Mailing
from app.proctoring.ledger.service import Ledger
from app.proctoring.service.glances import Glances, Told
from app.proctoring.service.pictures import ANSWERS, Pictures
from tests.stores.entrance import LetterBox, gatehouse_on
from tests.stores.world import MODULE, T0, World, build_world

SECRET = "s" * 40
OTHER = "M2"
ZONE = ZoneInfo("America/New_York")


@dataclass
class Books:
    """The ledger's services on one world, and three people of the staff."""

    world: World
    staff: dict[Role, Identity]

    def __post_init__(self) -> None:
        self.box = LetterBox()
        house = gatehouse_on(self.world.db, self.world.clock, self.box)
        desk = self.world.desk
        self.house = house
        self.ledger = Ledger(house, desk.policy)
        self.corrections = Corrections(house, desk.bell)
        self.pictures = Pictures(desk, house.envelopes, house.trail)
        self.mailing = Mailing(house, self.ledger, Signer(SECRET))

    async def ask(self, minutes: int, module: str = MODULE, **more) -> UUID:
        reason = more.pop("reason", "the camera of the hall broke")
        by = self.staff[more.pop("by", Role.HELPDESK)]
        asked = Asked(module=module, minutes=minutes, reason=reason, **more)
        return await self.corrections.ask(by, self.world.student, asked)

    async def correct(self, minutes: int, module: str = MODULE) -> UUID:
        correction = await self.ask(minutes, module)
        await self.corrections.approve(self.staff[Role.ADMIN], correction)
        return correction

    async def problems(self) -> list[str]:
        done = await self.ledger.verify(self.world.student)
        return [str(it) for it in done.problems]

    async def shown(self) -> dict[str, tuple[int, int]]:
        """What the dashboard says of each module, in microseconds."""
        me = str(self.world.student)
        state = (await self.world.states.students([me]))[me]
        return {
            it["module"]: (
                round(it["confirmed_s"] * 1e6),
                round(it["provisional_s"] * 1e6),
            )
            for it in state["hours"]
        }

    async def play(self, kind: str, amount: int, verdict: Verdict) -> None:
        """One act of a story. What is refused just then, is."""
        world, student = self.world, self.world.student
        sitting = await world.value(
            "SELECT sitting_id FROM sitting WHERE account_id = $1 AND state <> 'ended'",
            student,
        )
        world.clock.time += timedelta(microseconds=amount * 7_919)
        try:
            if kind in ("pause", "resume", "finish") and sitting:
                await getattr(world.sittings, kind)(student, sitting)
            elif kind in ("open", "other"):
                module = MODULE if kind == "open" else OTHER
                it = await world.sittings.open(student, module, instead=True)
                await world.sittings.streaming(student, it.sitting, it.epoch)
            elif kind in ("add", "take"):
                await self.correct(amount if kind == "add" else -amount)
            else:
                await self._live(kind, amount, verdict, sitting)
        except Refusal:
            return

    async def _live(
        self, kind: str, amount: int, verdict: Verdict, sitting: UUID | None
    ) -> None:
        acts = {
            "look": lambda: self._look(verdict),
            "fail": lambda: self._fail(verdict),
            "hold": self._hold,
            "compare": lambda: self._compare(verdict),
            "study": lambda: self.world.study(amount),
            "glance": lambda: self._glance(amount, sitting),
            "away": lambda: self._away(amount * 20),
            "read": lambda: self.read(sitting, f"t{amount % 3}"),
        }
        if kind in acts:
            await acts[kind]()

    async def _glance(self, amount: int, sitting: UUID | None) -> None:
        """Of the newest epoch; steady most often."""
        if sitting is None:
            return
        epoch = await self.world.value(
            "SELECT epoch FROM sitting WHERE sitting_id = $1", sitting
        )
        sights = [*Sight, *[Sight.STEADY, Sight.BROKEN] * 3]
        told = Told(
            sitting=SittingId(sitting),
            epoch=int(str(epoch)),
            followed=Followed(sight=sights[amount % len(sights)]),
            at=self.world.clock.now(),
        )
        await Glances(self.world.desk).take([told])

    async def _fail(self, verdict: Verdict) -> None:
        """Until the retries are used up."""
        bad = Verdict.NO_FACE if verdict is Verdict.MATCH else verdict
        for _ in range(self.world.desk.policy.retries + 1):
            await self._look(bad)
            await self.world.study(6)

    async def _away(self, seconds: float) -> None:
        self.world.clock.forward(seconds)
        await self.world.sittings.sweep()

    async def _hold(self) -> None:
        """The next pictures wait for a person."""
        for lease in await self._due():
            await self.pictures.hold(lease.look, lease.attempt, bytes(200))

    async def _compare(self, verdict: Verdict) -> None:
        waiting = await self.pictures.next()
        if waiting is not None:
            said = verdict if verdict in ANSWERS else Verdict.BLURRED
            by = self.staff[Role.PROCTOR].account
            await self.pictures.compare(by, waiting.look, said)

    async def _look(self, verdict: Verdict) -> None:
        for lease in await self._due():
            self.world.clock.forward(0.731)
            await self.world.record(lease, verdict)

    async def _due(self) -> list[Lease]:
        """Every open look, as waiting would bring them about."""
        world = self.world
        async with world.db.transaction() as tx:
            await tx.execute(
                """UPDATE look SET due_at = $1 WHERE judged_at IS NULL
                   AND cancelled_at IS NULL AND lease_until IS NULL""",
                world.clock.now(),
            )
        return await world.looks.claim_due()

    async def read(self, sitting: UUID | None, topic: str) -> None:
        """The page tells which topic is open."""
        if sitting is None:
            return
        async with self.world.db.transaction() as tx:
            await tx.execute(
                "INSERT INTO reading VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                sitting,
                self.world.clock.now(),
                topic,
            )

    async def end(self) -> None:
        """No look of this story is due in the next."""
        await self.world.sittings.withdraw(self.world.student)

    async def sums(self) -> tuple[Totals, Totals, Totals]:
        """Of the statement's stretches and corrections, of its parts, of the days."""
        told = await self.ledger.statement(self.world.student)
        by_hand = sum(it.length_us for it in told.corrections)
        corrected = Totals(confirmed_us=by_hand, corrected_us=by_hand)
        lines, parts = corrected, corrected
        for entry in told.entries:
            it = entry.stretch
            lines += Totals.of(it.state, it.length_us)
            for part in entry.parts:
                parts += Totals.of(part.state, part.length_us)
        days = await self.ledger.days(self.world.student, ZONE)
        return lines, parts, sum(days.values(), corrected)


async def build_books(world: World) -> Books:
    async with world.db.transaction() as tx:
        await tx.execute(
            """INSERT INTO module (code, set_code, title, hours, summary, position)
               VALUES ('M2', 'A', 'Other', 1, '', 2) ON CONFLICT DO NOTHING"""
        )
        staff = {role: await _staff(tx, role) for role in Role}
    return Books(world, staff)


async def _staff(tx, role: Role) -> Identity:
    account = AccountId(uuid4())
    srn = f"S{account.hex[:8].upper()}"
    await tx.execute(
        """INSERT INTO account (account_id, srn, name, role, password_hash,
               password_set_at, created_at)
           VALUES ($1, $2, 'Somebody', $3, 'x', now(), now())""",
        account,
        srn,
        role,
    )
    return identity(account, role, srn)


def identity(account: AccountId, role: Role, srn: str = "X") -> Identity:
    return Identity(
        account=account,
        srn=srn,
        name="Somebody",
        role=role,
        login=uuid4(),
        proved_at=T0,
        language="en",
        time_zone="Asia/Kolkata",
    )


async def new_books(db) -> Books:
    return await build_books(await build_world(db))
