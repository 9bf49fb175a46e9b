"""Scripted people in a real house."""

from dataclasses import replace

import pyotp
import pytest

from app.accounts.service.factors import Factors
from app.accounts.service.people import People
from app.settings import Settings
from workers.house import open_house
from workers.loadtest.people import (
    BadPeople,
    enrol,
    read_people,
    scripted,
    write_people,
)

SECRET = "s" * 40


@pytest.fixture
async def house(database_url, redis_url, tmp_path):
    settings = Settings(
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        secret=SECRET,
        development=True,
        evidence=str(tmp_path),
    )
    async with open_house(settings) as opened:
        yield opened


async def test_who_is_missing_is_added_once_and_ready(house):
    people = scripted(3, 1, SECRET)
    added = [(await enrol(house, it))[1] for it in (people[:2], people, people)]
    assert added == [2, 2, 0]
    async with house.desk.db.connection() as tx:
        ready = await tx.fetch(
            """SELECT a.srn FROM account a JOIN profile_photo USING (account_id)
               WHERE EXISTS (SELECT FROM consent c WHERE c.account_id = a.account_id)
               ORDER BY 1"""
        )
    assert [it["srn"] for it in ready] == ["LOADS00001", "LOADS00002", "LOADS00003"]


async def test_a_proctor_has_an_authenticator_app_that_works_at_once(house):
    """Staff always give a second factor, and a deployment shows nobody its codes."""
    people = scripted(1, 1, SECRET)
    factors, now = Factors(house.gatehouse), house.gatehouse.clock.now
    for _ in range(2):  # an older one gives way
        enrolled, _ = await enrol(house, people)
        assert [bool(it.totp) for it in enrolled] == [False, True]
        who = (await People(house.gatehouse).find(enrolled[1].srn)).account
        code = pyotp.TOTP(enrolled[1].totp).at(now())
        async with house.desk.db.transaction() as tx:
            assert await factors.totp_is_right(tx, who, code)


def test_nobody_knows_their_passwords_who_has_not_the_secret_of_the_house():
    here, elsewhere = (scripted(2, 1, it) for it in (SECRET, "t" * 40))
    assert here == scripted(2, 1, SECRET)
    assert [it.srn for it in here] == [it.srn for it in elsewhere]
    assert len({it.password for it in here + elsewhere}) == 6
    assert all(len(it.password) == 24 for it in here)


def test_the_file_comes_back_as_it_was_and_is_ours_alone(tmp_path):
    path = tmp_path / "people.csv"
    path.touch(mode=0o644)
    people = [replace(it, totp="ABC") for it in scripted(4, 2, SECRET)]
    write_people(path, people)
    assert read_people(path) == people
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("admin,A1,x,,", "line 2"),
        ("student,,x,,", "line 2"),
        ("student,S1,x,,zoe", "line 2: a student's face is of asha"),
    ],
)
def test_a_line_that_is_nobody_is_named(tmp_path, line, words):
    path = tmp_path / "people.csv"
    path.write_text(f"role,srn,password,mobile,face\n{line}\n")
    with pytest.raises(BadPeople, match=words):
        read_people(path)
