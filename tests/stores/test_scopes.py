"""Where wrong tries count, and against whom they do not."""

import re
from dataclasses import replace

import pytest

from app.accounts.domain.attempts import NoTriesLeft
from app.accounts.domain.people import Role
from app.accounts.service.codes import WrongCode
from app.accounts.service.entering import Onward
from app.accounts.service.factors import Factors
from app.accounts.service.lockouts import LockedOut
from app.accounts.service.people import NewPerson, People
from app.accounts.service.steps import Steps
from app.accounts.service.ways_in import WaysIn, WrongLogin
from tests.stores.entrance import (
    LetterBox,
    NoThrottle,
    SetClock,
    browser,
    gatehouse_on,
)

HERE = browser()
THERE = replace(browser(), network="198.51.100.9/32")
PASSWORD = "a long password"


class Door:
    def __init__(self, database) -> None:
        self.box = LetterBox()
        self.house = gatehouse_on(database, SetClock(), self.box)
        self.ways = WaysIn(self.house, NoThrottle())
        self.steps = Steps(self.house, Factors(self.house))

    async def add(self) -> None:
        asha = NewPerson(
            srn="ASHA001",
            name="Asha Rao",
            role=Role.STUDENT,
            password=PASSWORD,
            email="asha@example.org",
        )
        await People(self.house).add(asha)

    async def ask(self, who) -> tuple[str, str]:
        token = await self.ways.ask_code("ASHA001", who)
        return token, re.search(r"\d{6}", self.box.newest("code").text)[0]


@pytest.fixture
async def door(database):
    one = Door(database)
    await one.add()
    return one


async def test_wrong_codes_close_the_way_only_to_the_network_they_came_from(door):
    token, right = await door.ask(HERE)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(WrongCode):
            await door.steps.give_code(token, wrong, HERE)
    with pytest.raises(NoTriesLeft):
        await door.steps.give_code(token, right, HERE)
    token, right = await door.ask(HERE)
    with pytest.raises(LockedOut):
        await door.steps.give_code(token, right, HERE)
    token, right = await door.ask(THERE)
    assert isinstance(await door.steps.give_code(token, right, THERE), Onward)


async def test_wrong_passwords_close_the_way_to_every_stranger(door):
    """A guesser has many networks; a code, a reset or a known device still opens."""
    for number in range(5):
        who = HERE if number % 2 else THERE
        with pytest.raises((WrongLogin, LockedOut)):
            await door.ways.with_password("ASHA001", "wrong", who)
    for who in (HERE, THERE):
        with pytest.raises(LockedOut):
            await door.ways.with_password("ASHA001", PASSWORD, who)


async def test_a_right_try_breaks_the_row(door):
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(WrongLogin):
                await door.ways.with_password("ASHA001", "wrong", HERE)
        assert await door.ways.with_password("ASHA001", PASSWORD, HERE)
