"""Known and unknown people are answered in the same time.

Not a timed test: it compares two groups measured in turn. The share of pairs in which
the known one took longer (Mann and Whitney's U over n*m) is a half when nothing tells
them apart; with 80 a group its standard error is 0.045.
"""

import time
from uuid import uuid4

import pytest

from app.adapters.passwords import Passwords

MANY = 80
APART = 0.18
AFTER = {"/login/code/enter": "/login/code", "/activate/code": "/activate"}
"""Where a wrong code is measured, what comes before it."""


@pytest.fixture
async def crowd(database, accounts, gatehouse):
    """SRNs of people who are active, with a password and both contacts."""
    hashed = gatehouse.passwords.hash("a password of theirs")
    async with database.transaction() as tx:
        await tx.executemany(
            """INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at, email, mobile, email_confirmed_at,
                   mobile_confirmed_at)
               VALUES ($1, $2, 'N', 'student', $3, now(), now(), $4, $5, now(), now())
            """,
            [
                (uuid4(), f"K{n:04}", hashed, f"k{n}@example.org", f"+91988880{n:04}")
                for n in range(MANY + 5)
            ],
        )


async def share_longer(site, redis, path: str, field: str, **more: str) -> float:
    times: dict[str, list[float]] = {"K": [], "U": []}
    for number in range(MANY + 5):
        for group in ("K", "U") if number % 2 else ("U", "K"):
            site.forget()
            await redis.flushall()  # rates are not what is measured here
            form = {field: f"{group}{number:04}", **more}
            if path in AFTER:
                await site.send(AFTER[path], **form)
                form = {"code": "000000"}
            begun = time.perf_counter()
            answer = await site.send(path, **form)
            await answer.read()
            if number >= 5:  # the first ones warm caches
                times[group].append(time.perf_counter() - begun)
    longer = sum(known > unknown for known in times["K"] for unknown in times["U"])
    return longer / (len(times["K"]) * len(times["U"]))


@pytest.mark.parametrize(
    ("path", "field", "more"),
    [
        ("/login", "srn", {"password": "not theirs"}),
        ("/activate", "srn", {"channel": "sms"}),
        ("/login/code", "named", {}),
        ("/forgot", "srn", {}),
        ("/login/code/enter", "named", {}),
    ],
)
async def test_the_time_tells_nobody_who_is_known(
    site, redis, crowd, path, field, more
):
    share = await share_longer(site, redis, path, field, **more)
    if abs(share - 0.5) >= APART:
        # Something else ran on this machine: what is told by the time is told again.
        share = await share_longer(site, redis, path, field, **more)
    assert abs(share - 0.5) < APART


async def test_the_measure_sees_it_when_unknown_people_cost_less_work(
    site, redis, crowd, monkeypatch
):
    """The control: without the work for nobody, the difference is plain."""
    matches = Passwords.matches

    async def lazily(self, password, stored):
        return stored is not None and await matches(self, password, stored)

    monkeypatch.setattr(Passwords, "matches", lazily)
    share = await share_longer(site, redis, "/login", "srn", password="not theirs")
    assert share > 0.5 + APART
