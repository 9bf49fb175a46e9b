"""`spom ledger verify` and `spom statement verify`, as an operator runs them."""

import pytest

from app.adapters.signing import Signer, seal_text
from tests.cli.test_people import spom
from tests.stores.ledger_world import new_books

__all__ = ["spom"]


async def test_hours_are_verified_and_a_wrong_stretch_is_named(spom, database):
    books = await new_books(database)
    world = books.world
    await world.open()
    await world.look()
    await world.study(60)
    await world.due_at_once("interval")
    await world.look()
    whole = spom("ledger", "verify")
    assert whole.returncode == 0, whole.stderr
    assert "1 students, 2 stretches and 0 corrections checked" in whole.stdout
    async with database.transaction() as tx:
        await tx.execute("ALTER TABLE stretch DISABLE TRIGGER USER")
        number = await tx.fetchval(
            """UPDATE stretch SET started_at = started_at - interval '1 hour'
               WHERE state = 'confirmed' RETURNING stretch_id"""
        )
        srn = await tx.fetchval(
            "SELECT srn FROM account WHERE account_id = $1", world.student
        )
    broken = spom("ledger", "verify", "--srn", srn.lower())
    assert broken.returncode == 1
    assert f"{srn}: stretch {number}: does not begin with a look" in broken.stderr
    assert "1 problems" in broken.stderr
    assert "nobody with this number" in spom("ledger", "verify", "--srn", "X9").stderr


@pytest.mark.parametrize("kind", ["statement", "receipt"])
def test_a_signed_file_is_genuine_until_one_byte_of_it_changes(spom, tmp_path, kind):
    file = tmp_path / "hours.csv"
    sealed = seal_text("kind,id\nstudent,ASHA001\n", Signer("s" * 40))
    file.write_bytes(sealed)
    good = spom(kind, "verify", str(file))
    assert (good.returncode, good.stdout[:8]) == (0, "Genuine:"), good.stderr
    file.write_bytes(sealed.replace(b"ASHA001", b"ASHA002"))
    bad = spom(kind, "verify", str(file))
    assert bad.returncode == 1
    assert "Not genuine" in bad.stderr
