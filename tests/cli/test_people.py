"""`spom roster`, `spom admin` and `spom audit`, as an operator runs them."""

import os
import subprocess
import sys

import asyncpg
import pytest

from tests.http.conftest import PHOTO

GOOD = "srn,name,email,mobile\nNEW007,Nila Das,nila@example.org,\n"


@pytest.fixture
def spom(database_url, redis_url, tmp_path):
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SPOM_SECRET": "s" * 40,
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


async def test_a_roster_is_tried_imported_and_the_same_again(spom, tmp_path):
    file, photos = tmp_path / "roster.csv", tmp_path / "photos"
    photos.mkdir()
    (photos / "NEW007.jpg").write_bytes(PHOTO)
    file.write_text(GOOD)
    command = ("roster", "import", str(file), "--photos", str(photos))
    assert "Would be imported: 1 new" in spom(*command, "--dry-run").stdout
    assert "Imported: 1 new" in spom(*command).stdout
    assert "0 new, 0 changed, 1 the same" in spom(*command).stdout


async def test_a_wrong_roster_exits_with_1_and_names_line_and_column(spom, tmp_path):
    file = tmp_path / "roster.csv"
    file.write_text(GOOD + "NEW008,,x,\n")
    done = spom("roster", "import", str(file))
    assert done.returncode == 1
    assert "line 3, name:" in done.stderr
    assert "line 3, email:" in done.stderr
    assert "nothing was imported" in done.stderr


async def test_the_first_admin_is_invited_from_the_command_line(spom, database):
    done = spom("admin", "invite", "root1", "Rita Root", "--email", "r@example.org")
    assert "ROOT1 is invited" in done.stdout, done.stderr
    again = spom("admin", "invite", "root1", "Rita Root", "--email", "r@example.org")
    assert (again.returncode, "already" in again.stderr) == (1, True)
    assert spom("admin", "invite", "root2", "R").returncode == 1
    async with database.connection() as tx:
        row = await tx.fetchrow("SELECT role, state FROM account")
    assert tuple(row) == ("admin", "invited")


async def test_the_trail_is_verified_and_shown(spom, database_url):
    spom("admin", "invite", "root1", "Rita Root", "--email", "r@example.org")
    whole = spom("audit", "verify")
    assert (whole.returncode, "the trail is whole" in whole.stdout) == (0, True)
    shown = spom("audit", "show", "--about", "root1")
    assert "staff.invited" in shown.stdout
    assert "Rita" not in shown.stdout
    intruder = await asyncpg.connect(database_url)
    await intruder.execute("SET session_replication_role = replica")
    await intruder.execute("UPDATE audit_event SET details = '{}'")
    await intruder.close()
    broken = spom("audit", "verify")
    assert broken.returncode == 1
    assert "event 1: was changed" in broken.stderr


async def test_an_unknown_srn_and_rubbish_anchors_are_said_plainly(spom, tmp_path):
    assert "nobody with this number" in spom("audit", "show", "--about", "X9").stderr
    rubbish = tmp_path / "anchors"
    rubbish.write_text("rubbish")
    assert "line 1" in spom("audit", "verify", "--anchors", str(rubbish)).stderr
