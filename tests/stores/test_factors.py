"""Authenticator codes and recovery codes: each once, in its time, in a race too."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pyotp
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
)

from app.accounts.domain.factors import normalise_recovery, step_of
from app.accounts.domain.people import Identity, Role
from app.accounts.service.codes import WrongCode
from app.accounts.service.factors import Factors, NoTotp, TotpThere
from app.accounts.service.people import NewPerson, People
from app.adapters import db
from tests.stores.entrance import (
    LetterBox,
    SetClock,
    gatehouse_on,
    run_machine,
)
from tests.stores.test_ways_in_machine import machine_url

__all__ = ["machine_url"]


async def someone(house) -> Identity:
    srn = f"S{uuid4().hex[:8].upper()}"
    person = NewPerson(
        srn=srn,
        name="Asha Rao",
        role=Role.STUDENT,
        password="a long password",
        email="asha@example.org",
    )
    account = await People(house).add(person)
    return Identity(
        account=account,
        srn=srn,
        name="Asha Rao",
        role=Role.STUDENT,
        login=uuid4(),
        proved_at=house.clock.now(),
        language="en",
        time_zone="Asia/Kolkata",
    )


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def box():
    return LetterBox()


@pytest.fixture
def house(database, clock, box):
    return gatehouse_on(database, clock, box)


async def with_app(house, who) -> tuple[pyotp.TOTP, list[str]]:
    factors = Factors(house)
    new = await factors.begin_totp(who)
    otp = pyotp.TOTP(new.secret.replace(" ", ""))
    codes = await factors.confirm_totp(who, otp.at(house.clock.now()))
    return otp, codes


async def gives(house, who, code: str, kind: str = "totp") -> bool:
    factors = Factors(house)
    async with house.db.transaction() as tx:
        if kind == "totp":
            return await factors.totp_is_right(tx, who.account, code)
        return await factors.use_recovery_code(tx, who.account, code)


async def test_an_app_counts_once_it_is_confirmed(house, clock):
    who = await someone(house)
    new = await Factors(house).begin_totp(who)
    otp = pyotp.TOTP(new.secret.replace(" ", ""))
    assert not await gives(house, who, otp.at(clock.now()))
    with pytest.raises(WrongCode):
        await Factors(house).confirm_totp(who, "000000")
    await Factors(house).confirm_totp(who, otp.at(clock.now()))
    clock.forward(seconds=30)
    assert await gives(house, who, otp.at(clock.now()))
    with pytest.raises(TotpThere):
        await Factors(house).begin_totp(who)


async def test_the_secret_is_sealed(house, database):
    who = await someone(house)
    otp, _ = await with_app(house, who)
    async with database.connection() as tx:
        sealed = await tx.fetchval("SELECT secret FROM totp")
    assert otp.secret.encode() not in sealed


async def test_a_race_with_one_code_has_one_winner(house, clock):
    who = await someone(house)
    otp, recovery = await with_app(house, who)
    clock.forward(seconds=30)
    code = otp.at(clock.now())
    won = await asyncio.gather(*(gives(house, who, code) for _ in range(8)))
    assert won.count(True) == 1
    won = await asyncio.gather(
        *(gives(house, who, recovery[0], "recovery") for _ in range(8))
    )
    assert won.count(True) == 1


async def test_the_owner_is_told_of_every_change(house, box):
    who = await someone(house)
    await with_app(house, who)
    await Factors(house).new_recovery_codes(who)
    await Factors(house).remove_totp(who)
    told = [it for it in box.letters if it.kind == "factor_changed"]
    assert len(told) == 3
    with pytest.raises(NoTotp):
        await Factors(house).remove_totp(who)


async def test_new_recovery_codes_make_the_old_ones_worthless(house):
    who = await someone(house)
    _, old = await with_app(house, who)
    new = await Factors(house).new_recovery_codes(who)
    assert len(set(new)) == 10
    assert not await gives(house, who, old[0], "recovery")
    assert await gives(house, who, new[0].lower().replace("-", " "), "recovery")


@pytest.mark.parametrize(
    ("text", "plain"),
    [("abcde-12345", "ABCDE12345"), ("o i l 0 1", "01101"), ("x" * 99, "X" * 11)],
)
def test_a_recovery_code_is_the_same_however_it_is_read(text, plain):
    assert normalise_recovery(text) == plain


class Codes(RuleBasedStateMachine):
    """Any order of right, early, late and repeated codes, against what was used."""

    url = ""
    runner: asyncio.Runner

    @initialize()
    def begin(self) -> None:
        self.clock, self.used, self.spent = SetClock(), -1, set()
        self.runner.run(self._open())

    async def _open(self) -> None:
        self.database = await db.connect(self.url, size=2)
        self.house = gatehouse_on(self.database, self.clock, LetterBox())
        self.who = await someone(self.house)
        self.otp, self.recovery = await with_app(self.house, self.who)
        self.used = step_of(self.clock.now())

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.runner.run(self.database.close())

    @rule(seconds=st.integers(0, 100))
    def time_passes(self, seconds: int) -> None:
        self.clock.forward(seconds=seconds)

    @rule(steps=st.integers(-4, 3))
    def give_code(self, steps: int) -> None:
        now = self.clock.now()
        step = step_of(now) + steps
        code = self.otp.at(now + timedelta(seconds=30 * steps))
        right = self.runner.run(gives(self.house, self.who, code))
        assert right == (steps in (-1, 0) and step > self.used)
        self.used = step if right else self.used

    @rule(number=st.integers(0, 9))
    def give_recovery(self, number: int) -> None:
        code = self.recovery[number]
        right = self.runner.run(gives(self.house, self.who, code, "recovery"))
        assert right == (number not in self.spent)
        self.spent.add(number)

    @rule(code=st.text(max_size=12))
    def give_rubbish(self, code: str) -> None:
        for kind in ("totp", "recovery"):
            assert not self.runner.run(gives(self.house, self.who, code, kind))


@pytest.mark.usefixtures("template_database")
def test_no_code_counts_twice_early_or_late(machine_url):
    run_machine(Codes, machine_url, examples=20, steps=30)


async def test_the_database_keeps_no_recovery_code(house, database_url):
    who = await someone(house)
    _, recovery = await with_app(house, who)
    connection = await asyncpg.connect(database_url)
    text = str(await connection.fetch("SELECT r::text FROM recovery_code r"))
    await connection.close()
    assert not any(normalise_recovery(code) in text for code in recovery)
