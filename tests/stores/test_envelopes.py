"""Envelopes: a student's data opens in its own place with its own key, or not."""

import asyncio
import json
from uuid import uuid4

import pytest

from app.adapters import envelopes_store as store
from app.adapters import key_keeping
from app.adapters.audit import Trail
from app.adapters.envelopes import Envelopes, Purpose, Unreadable
from app.adapters.key_keeping import KeyKeeping, KeyRefused
from app.adapters.key_ring import DERIVED, BadKeys, KeyAway, KeyRing
from app.adapters.sealing import Sealer
from app.kernel.ids import AccountId
from tests.stores.entrance import SECRET, SetClock

PLAIN = b"a template of " + bytes(range(256))


@pytest.fixture
def ring(tmp_path):
    return KeyRing(SECRET, tmp_path / "keys.json")


@pytest.fixture
def envelopes(ring):
    return Envelopes(ring)


@pytest.fixture
def keeping(database, envelopes):
    return KeyKeeping(database, SetClock(), Trail(Sealer(SECRET)), envelopes)


@pytest.fixture
async def two(database):
    return await students(database, 2)


async def students(database, count):
    made = [AccountId(uuid4()) for _ in range(count)]
    async with database.transaction() as tx:
        await tx.executemany(
            """INSERT INTO account (account_id, srn, name, role, password_hash,
                   password_set_at, created_at)
               VALUES ($1, $2, 'Test', 'student', 'x', now(), now())""",
            [(it, f"E{it.hex[:10].upper()}") for it in made],
        )
    return made


async def seal(database, envelopes, account, purpose=Purpose.TEMPLATE, context="row:1"):
    async with database.transaction() as tx:
        return await envelopes.seal(tx, account, purpose, PLAIN, context=context)


async def opened(
    database, envelopes, account, sealed, purpose=Purpose.TEMPLATE, context="row:1"
):
    async with database.transaction() as tx:
        return await envelopes.open(tx, account, purpose, sealed, context=context)


async def test_it_opens_in_its_place_and_nowhere_else(
    database, keeping, envelopes, two
):
    await keeping.add("first")
    asha, ben = two
    sealed = await seal(database, envelopes, asha)
    await seal(database, envelopes, ben)
    await seal(database, envelopes, asha, Purpose.EVIDENCE)
    assert PLAIN not in sealed
    assert await opened(database, envelopes, asha, sealed) == PLAIN
    elsewhere = [
        (ben, Purpose.TEMPLATE, "row:1"),
        (asha, Purpose.EVIDENCE, "row:1"),
        (asha, Purpose.PICTURE, "row:1"),
        (asha, Purpose.TEMPLATE, "row:2"),
    ]
    for account, purpose, context in elsewhere:
        with pytest.raises(Unreadable):
            await opened(database, envelopes, account, sealed, purpose, context)


async def test_not_one_bit_of_it_may_change(database, keeping, envelopes, two):
    await keeping.add("first")
    sealed = await seal(database, envelopes, two[0])
    for place in (0, 1, 16, 17, 28, 29, len(sealed) - 1):
        bent = bytearray(sealed)
        bent[place] ^= 1
        with pytest.raises(Unreadable):
            await opened(database, envelopes, two[0], bytes(bent))
    for cut in (0, 1, 17, 29, len(sealed) - 1):
        with pytest.raises(Unreadable):
            await opened(database, envelopes, two[0], sealed[:cut])


async def test_a_wrapped_key_opens_only_in_its_own_row(
    database, keeping, envelopes, two
):
    """Somebody who can write to the database gives Asha's key to Ben."""
    await keeping.add("first")
    asha, ben = two
    sealed = await seal(database, envelopes, asha)
    await seal(database, envelopes, ben)
    async with database.transaction() as tx:
        await tx.execute(
            """UPDATE data_key b SET wrapped = a.wrapped FROM data_key a
               WHERE a.account_id = $1 AND b.account_id = $2""",
            asha,
            ben,
        )
    bens = sealed[:1] + (await key_of(database, ben)).id.bytes + sealed[17:]
    for account, bytes_ in ((ben, sealed), (ben, bens)):
        with pytest.raises(Unreadable):
            await opened(database, envelopes, account, bytes_)
    # Control: where it belongs, the very same bytes open.
    assert await opened(database, envelopes, asha, sealed) == PLAIN


async def key_of(database, account):
    async with database.connection() as tx:
        return await store.of_student(tx, account, Purpose.TEMPLATE)


async def test_shredded_is_gone_also_for_a_copy_and_for_a_new_key(
    database, keeping, envelopes, two
):
    await keeping.add("first")
    sealed = await seal(database, envelopes, two[0])
    assert await opened(database, envelopes, two[0], sealed) == PLAIN  # the control
    async with database.transaction() as tx:
        await envelopes.shred(tx, two[0], Purpose.TEMPLATE)
    with pytest.raises(Unreadable):
        await opened(database, envelopes, two[0], sealed)
    fresh = await seal(database, envelopes, two[0])
    with pytest.raises(Unreadable):
        await opened(database, envelopes, two[0], sealed)
    assert await opened(database, envelopes, two[0], fresh) == PLAIN


async def test_many_at_once_make_one_key(database, keeping, envelopes, two):
    await keeping.add("first")
    many = await asyncio.gather(*(seal(database, envelopes, two[0]) for _ in range(20)))
    assert len({it[1:17] for it in many}) == 1
    for it in many:
        assert await opened(database, envelopes, two[0], it) == PLAIN


async def all_open(database, envelopes, kept):
    for account, sealed in kept:
        assert await opened(database, envelopes, account, sealed) == PLAIN
    return True


async def test_rotated_under_load_everything_opens_without_the_old_key(
    database, keeping, envelopes, ring, monkeypatch
):
    monkeypatch.setattr(key_keeping, "BATCH", 7)
    await keeping.add("old")
    await keeping.rotate("old", lambda *_: None)
    people = await students(database, 60)
    kept = {it: await seal(database, envelopes, it) for it in people[:30]}
    newcomers, stop, reads = iter(people[30:]), asyncio.Event(), []

    async def study() -> None:
        while not stop.is_set():
            if (account := next(newcomers, None)) is not None:
                kept[account] = await seal(database, envelopes, account)
            reads.append(await all_open(database, envelopes, list(kept.items())[-5:]))

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(study())
        await keeping.add("new")
        assert (await keeping.rotate("new", lambda *_: None)).left == {}
        await keeping.retire("old")
        stop.set()
    assert len(reads) > 3
    assert len(kept) > 30
    text = ring.path.read_text()
    assert "old" not in json.loads(text)["keys"]
    fresh = Envelopes(KeyRing(SECRET, ring.path))  # as another process would read it
    assert await all_open(database, fresh, kept.items())


async def test_no_key_is_retired_from_under_a_data_key_that_is_being_made(
    database, keeping, envelopes, two
):
    await keeping.add("old")
    await keeping.rotate("old", lambda *_: None)
    await keeping.add("new")
    async with asyncio.TaskGroup() as group:
        async with database.transaction() as tx:
            sealed = await envelopes.seal(
                tx, two[0], Purpose.TEMPLATE, PLAIN, context="row:1"
            )
            turning = group.create_task(keeping.rotate("new", lambda *_: None))
            await asyncio.sleep(0.2)
            assert not turning.done()  # it waits for the data key on its way
        await turning
    await keeping.retire("old")
    assert await opened(database, envelopes, two[0], sealed) == PLAIN


async def test_what_the_lost_key_wrapped_stays_closed(
    database, keeping, envelopes, ring, two
):
    """Control for the rotation: without it, destroying the key is the end."""
    await keeping.add("old")
    await keeping.rotate("old", lambda *_: None)
    sealed = await seal(database, envelopes, two[0])
    await keeping.add("new")
    await keeping.rotate("new", lambda *_: None)
    async with database.transaction() as tx:
        await tx.execute("UPDATE data_key SET key_id = 'old'")
    ring.save(type(ring.ring())("new", {"new": ring.ring().keys["new"]}, False))
    with pytest.raises(KeyAway):
        await opened(database, envelopes, two[0], sealed)
    assert [(it.key_id, it.here) for it in await keeping.list()] == [
        ("new", True),
        ("old", False),
    ]


async def test_a_rotation_that_is_cut_off_goes_on(
    database, keeping, envelopes, monkeypatch
):
    monkeypatch.setattr(key_keeping, "BATCH", 4)
    people = await students(database, 10)
    await keeping.add("old")
    await keeping.rotate("old", lambda *_: None)
    kept = {it: await seal(database, envelopes, it) for it in people}
    await keeping.add("new")

    def cut(done: int, left: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await keeping.rotate("new", cut)
    assert {it.key_id: it.wraps for it in await keeping.list()} == {
        DERIVED: 0,
        "old": 6,
        "new": 4,
    }
    with pytest.raises(KeyRefused, match="6 data keys"):
        await keeping.retire("old")
    told = []
    found = await keeping.rotate("new", lambda *it: told.append(it))
    assert (found.rewrapped, found.left) == (6, {})
    assert told[0] == (4, 2)
    await keeping.retire("old")
    for account, sealed in kept.items():
        assert await opened(database, envelopes, account, sealed) == PLAIN


async def test_a_house_begins_with_its_secret_and_leaves_it_behind(
    database, ring, two, tmp_path
):
    before = Envelopes(KeyRing(SECRET, None))
    sealed = await seal(database, before, two[0])
    alone = KeyKeeping(database, SetClock(), Trail(Sealer(SECRET)), before)
    with pytest.raises(KeyRefused, match="no file"):
        await alone.add(None)
    after = Envelopes(ring)
    keeping = KeyKeeping(database, SetClock(), Trail(Sealer(SECRET)), after)
    assert await keeping.add(None) == "2026-11-23"
    assert await keeping.add(None) == "2026-11-23-2"
    with pytest.raises(KeyRefused, match="wraps the new ones"):
        await keeping.retire(DERIVED)
    await keeping.rotate(None, lambda *_: None)
    await keeping.retire(DERIVED)
    assert json.loads(ring.path.read_text())["derived"] is False
    assert await opened(database, after, two[0], sealed) == PLAIN
    with pytest.raises(KeyAway):
        await opened(database, before, two[0], sealed)


async def test_keys_are_neither_in_the_database_nor_in_a_repr(
    database, keeping, envelopes, ring, two
):
    await keeping.add("first")
    await keeping.rotate("first", lambda *_: None)
    await seal(database, envelopes, two[0])
    key = ring.ring().keys["first"]
    async with database.connection() as tx:
        rows = await tx.fetch("SELECT t::text AS row FROM data_key t")
        rows += await tx.fetch("SELECT t::text AS row FROM audit_event t")
    assert len(rows) == 3
    assert not any(key.hex() in row["row"] for row in rows)
    assert repr(key) not in repr(ring.ring())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "cannot be read"),
        ("{}", "cannot be read"),
        ('{"wraps_with": "a", "derived": false, "keys": {}}', "cannot be read"),
        ('{"wraps_with": "a", "derived": false, "keys": {"a": "AA=="}}', "cannot"),
        ('{"wraps_with": "secret", "derived": true, "keys": {"B!": "AA=="}}', "cannot"),
        (None, "no file of keys"),
    ],
    ids=["empty", "bare", "no_keys", "short", "named_badly", "missing"],
)
def test_a_bad_file_of_keys_is_refused(tmp_path, text, why):
    path = tmp_path / "keys.json"
    if text is not None:
        path.write_text(text)
        path.chmod(0o600)
    with pytest.raises(BadKeys, match=why):
        KeyRing(SECRET, path).ring()


async def test_a_file_that_others_can_read_is_refused(keeping, ring):
    await keeping.add("first")
    assert ring.path.stat().st_mode & 0o077 == 0
    ring.path.chmod(0o640)
    with pytest.raises(BadKeys, match="chmod 600"):
        ring.ring()
