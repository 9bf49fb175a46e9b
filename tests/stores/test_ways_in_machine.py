"""Any order of logging in, codes, locks, resets and waiting, against a small oracle.

The real services on the real database; only the clock and the letter box are ours. The
oracle knows the rules in its own words and predicts every answer.
"""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from app.accounts.domain.attempts import AttemptOver, NoTriesLeft
from app.accounts.domain.people import Role
from app.accounts.service.codes import WrongCode
from app.accounts.service.entering import Entered, Onward
from app.accounts.service.factors import Factors
from app.accounts.service.lockouts import LockedOut
from app.accounts.service.logins import Logins
from app.accounts.service.people import NewPerson, People
from app.accounts.service.resets import LinkOver, Resets
from app.accounts.service.steps import Steps, WrongPassword
from app.accounts.service.ways_in import WaysIn, WrongLogin
from app.adapters import db
from tests.stores.entrance import (
    LetterBox,
    NoThrottle,
    SetClock,
    browser,
    gatehouse_on,
    run_machine,
)

OWN, STRANGE = "own", "strange"
PLACES = st.sampled_from([OWN, STRANGE])
RIGHT = st.sampled_from([True, True, False])
MINUTES = timedelta(minutes=1)


@dataclass
class Lock:
    """The oracle's own count of wrong tries in one scope."""

    wrong: int = 0
    locks: int = 0
    until: datetime | None = None
    last: datetime | None = None

    def is_closed(self, now: datetime) -> bool:
        return self.until is not None and now < self.until

    def miss(self, now: datetime) -> None:
        if self.last and now - self.last >= 24 * 60 * MINUTES and not self.until:
            self.wrong = self.locks = 0
        self.until = None
        self.wrong, self.last = self.wrong + 1, now
        if self.wrong % 5 == 0:
            self.until = now + (30 if self.locks else 15) * MINUTES
            self.locks += 1


@dataclass
class Try:
    """An attempt as the oracle sees it."""

    token: str
    begun: datetime
    ways: list[str] = field(default_factory=list)
    tries: int = 0
    code: str | None = None
    sent: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        return now - self.begun >= 20 * MINUTES or self.tries >= 5


@dataclass
class Session:
    token: str
    device: str
    begun: datetime
    seen: datetime

    def is_alive(self, now: datetime) -> bool:
        return now - self.begun < 720 * MINUTES and now - self.seen < 30 * MINUTES


class Entrance(RuleBasedStateMachine):
    url = ""
    runner: asyncio.Runner

    @initialize()
    def begin(self) -> None:
        self.clock, self.box = SetClock(), LetterBox()
        self.password, self.number = "words number 0", 0
        self.locks: dict[tuple[str, str], Lock] = {}
        self.attempts: dict[str, Try] = {}
        self.sessions: list[Session] = []
        self.ended: list[str] = []
        self.links: list[tuple[str, datetime]] = []
        self.device: str | None = None
        self.do(self._open())

    def do(self, work):
        return self.runner.run(work)

    async def _open(self) -> None:
        self.database = await db.connect(self.url, size=2)
        async with self.database.transaction() as tx:
            await tx.execute("DELETE FROM attempt; DELETE FROM lockout")
            await tx.execute("DELETE FROM login; DELETE FROM device")
        house = gatehouse_on(self.database, self.clock, self.box)
        self.ways, self.steps = (
            WaysIn(house, NoThrottle()),
            Steps(house, Factors(house)),
        )
        self.logins, self.resets = Logins(house), Resets(house, NoThrottle())
        # A new person for each run: the trail of the last one cannot be deleted.
        self.srn = f"S{uuid4().hex[:8].upper()}"
        person = NewPerson(
            srn=self.srn,
            name="Asha Rao",
            role=Role.STUDENT,
            password=self.password,
            email="asha@example.org",
        )
        await People(house).add(person)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.do(self.database.close())

    # What the oracle knows.

    def browser(self, place: str):
        return browser(self.device if place == OWN else None)

    def is_known(self, place: str) -> bool:
        return place == OWN and self.device is not None

    def lock(self, way: str, place: str) -> Lock:
        scope = OWN if self.is_known(place) else STRANGE
        return self.locks.setdefault((way, scope), Lock())

    def came_in(self, place: str, outcome) -> None:
        assert isinstance(outcome, Entered)
        now = self.clock.now()
        device = outcome.device
        # One browser has one login: the one before ends.
        self.ended += [it.token for it in self.sessions if it.device == device]
        self.sessions = [it for it in self.sessions if it.device != device]
        self.sessions.append(
            Session(token=outcome.token, device=device, begun=now, seen=now)
        )
        self.attempts.pop(place, None)
        if place == OWN:
            self.device = outcome.device

    def goes_on(self, place: str, outcome, it: Try) -> None:
        if self.is_known(place) or len(it.ways) > 1:
            self.came_in(place, outcome)
        else:
            assert isinstance(outcome, Onward)
            self.attempts[place] = it
            if it.ways == ["password"]:
                self.sent(it)

    def sent(self, it: Try) -> None:
        it.code = re.search(r"\d{6}", self.box.newest("code").text)[0]
        it.sent = self.clock.now()

    # What may happen.

    @rule(minutes=st.sampled_from([0.5, 3, 9, 11, 16, 31, 725, 1500]))
    def time_passes(self, minutes: float) -> None:
        self.clock.forward(minutes=minutes)

    @rule(place=PLACES, right=RIGHT)
    def log_in(self, place: str, right: bool) -> None:
        lock, now = self.lock("password", place), self.clock.now()
        given = self.password if right else "not this"
        work = self.ways.with_password(self.srn, given, self.browser(place))
        if lock.is_closed(now):
            self.refused(LockedOut, work)
        elif not right:
            lock.miss(now)
            self.refused(LockedOut if lock.is_closed(now) else WrongLogin, work)
        else:
            outcome = self.do(work)
            self.locks.pop(self.scope("password", place))
            token = getattr(outcome, "attempt", "")
            self.goes_on(place, outcome, Try(token, now, ["password"]))

    def scope(self, way: str, place: str) -> tuple[str, str]:
        return way, OWN if self.is_known(place) else STRANGE

    @rule(place=PLACES)
    def ask_code(self, place: str) -> None:
        token = self.do(self.ways.ask_code(self.srn, self.browser(place)))
        it = Try(token, self.clock.now())
        self.sent(it)
        self.attempts[place] = it

    @rule(place=PLACES, right=RIGHT)
    def give_code(self, place: str, right: bool) -> None:
        it, now = self.attempts.get(place), self.clock.now()
        if it is None or "code" in it.ways:
            return
        good = right and it.code is not None and now - it.sent < 10 * MINUTES
        given = it.code if right else self.another(it.code)
        work = self.steps.give_code(it.token, given, self.browser(place))
        self.step(place, it, "code", good, work, WrongCode)

    @rule(place=PLACES, right=RIGHT)
    def give_password(self, place: str, right: bool) -> None:
        it = self.attempts.get(place)
        if it is None or it.ways != ["code"]:
            return
        given = self.password if right else "not this"
        work = self.steps.give_password(it.token, given, self.browser(place))
        self.step(place, it, "password", right, work, WrongPassword)

    def step(self, place, it: Try, way: str, good: bool, work, wrong) -> None:
        lock, now = self.lock(way, place), self.clock.now()
        if it.is_over(now):
            self.refused((AttemptOver, NoTriesLeft), work)
        elif lock.is_closed(now):
            self.refused(LockedOut, work)
        elif not good:
            it.tries += 1
            lock.miss(now)
            self.refused(wrong, work)
        else:
            outcome = self.do(work)
            self.locks.pop(self.scope(way, place))
            it.ways.append(way)
            it.tries += way == "password"
            self.goes_on(place, outcome, it)

    @rule()
    def ask_reset(self) -> None:
        self.do(self.resets.ask(self.srn, self.browser(STRANGE)))
        link = self.box.newest("reset").text
        self.links.append((link.split("#")[1].split()[0], self.clock.now()))

    @rule(which=st.integers(0, 3))
    def use_reset(self, which: int) -> None:
        if not self.links:
            self.ask_reset()
        token, sent = self.links[which % len(self.links)]
        self.number += 1
        wanted = f"words number {self.number}"
        work = self.resets.choose(token, wanted)
        if self.clock.now() - sent >= 30 * MINUTES:
            self.refused(LinkOver, work)
            return
        self.do(work)
        self.refused(LinkOver, self.resets.choose(token, "once more with it"))
        self.password = wanted
        self.links.clear()
        self.locks.clear()
        self.ended += [it.token for it in self.sessions]
        self.sessions.clear()

    @rule(which=st.integers(0, 5))
    def log_out(self, which: int) -> None:
        if which < len(self.sessions):
            self.ended.append(self.sessions.pop(which).token)
            self.do(self.logins.log_out(self.ended[-1]))

    @rule(place=PLACES)
    def come_in(self, place: str) -> None:
        self.log_in(place, right=True)
        self.give_code(place, right=True)

    @rule(place=PLACES)
    def guess_on(self, place: str) -> None:
        """A guesser does not stop at one."""
        for _ in range(3):
            self.log_in(place, right=False)

    @rule(place=PLACES)
    def guess_codes(self, place: str) -> None:
        self.ask_code(place)
        for _ in range(4):
            self.give_code(place, right=False)

    @invariant()
    def exactly_the_living_logins_live(self) -> None:
        now = self.clock.now()
        alive = [it for it in self.sessions if it.is_alive(now)]
        tokens = [it.token for it in self.sessions] + self.ended
        found = self.do(self.logins.who_of(tokens)) if tokens else {}
        assert set(found) == {it.token for it in alive}
        for it in alive:
            if now - it.seen > MINUTES:
                it.seen = now
        self.ended += [it.token for it in self.sessions if it not in alive]
        self.sessions = alive

    def refused(self, kind, work) -> None:
        with pytest.raises(kind):
            self.do(work)

    @staticmethod
    def another(code: str | None) -> str:
        return "111111" if code == "000000" else "000000"


@pytest.fixture
def machine_url(postgres_server):
    """A database of its own, used from an event loop of its own."""
    name = f"m{uuid4().hex}"

    async def administer(command: str) -> None:
        connection = await asyncpg.connect(postgres_server.url("postgres"))
        await connection.execute(command)
        await connection.close()

    with asyncio.Runner() as runner:
        runner.run(administer(f"CREATE DATABASE {name} TEMPLATE spom"))
    yield postgres_server.url(name)
    with asyncio.Runner() as runner:
        runner.run(administer(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.mark.usefixtures("template_database")
def test_any_order_of_coming_in_follows_the_rules(machine_url):
    run_machine(Entrance, machine_url, examples=25, steps=40)
