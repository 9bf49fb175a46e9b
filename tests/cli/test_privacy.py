"""`spom keys` and `spom privacy`, as an operator runs them."""

import json
import os
import zipfile

import pytest

from tests.cli.test_people import spom
from tests.people import PHOTO, someone

__all__ = ["someone", "spom"]


@pytest.fixture
def keys_file(monkeypatch, tmp_path):
    path = tmp_path / "keys.json"
    monkeypatch.setenv("SPOM_KEYS", str(path))
    return path


@pytest.fixture
async def roster(spom, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "NILA007.jpg").write_bytes(PHOTO)
    file = tmp_path / "roster.csv"
    file.write_text("srn,name,email,mobile\nNILA007,Nila Das,nila@example.org,\n")
    assert spom("roster", "import", str(file), "--photos", "photos").returncode == 0


def test_keys_are_added_rotated_and_retired(keys_file, spom, redis_url):
    assert "no file of keys" in spom("keys", "list").stderr
    added = spom("keys", "add", "--id", "first")
    assert added.returncode == 0, added.stderr
    assert keys_file.stat().st_mode & 0o077 == 0
    assert "rotate first" in spom("keys", "retire", "secret").stderr
    turned = spom("keys", "rotate")
    assert "wrapped with first" in turned.stdout, turned.stderr
    gone = spom("keys", "retire", "secret")
    assert gone.returncode == 0, gone.stderr
    listed = spom("keys", "list").stdout
    assert listed.split() == ["first", "0", "wraps", "new", "ones"]
    key = json.loads(keys_file.read_text())["keys"]["first"]
    shown = [added, turned, gone, spom("audit", "show")]
    assert not any(key in it.stdout + it.stderr for it in shown)


def test_a_house_without_a_file_says_how_to_begin_one(spom, monkeypatch):
    monkeypatch.delenv("SPOM_KEYS", raising=False)
    assert "SPOM_KEYS names no file" in spom("keys", "add").stderr
    assert spom("keys", "list").stdout.startswith("secret")


def test_a_student_is_exported_erased_and_the_receipt_is_genuine(
    spom, roster, tmp_path
):
    exported = spom("privacy", "export", "nila007", "--out", "nila.zip")
    assert exported.returncode == 0, exported.stderr
    assert (tmp_path / "nila.zip").stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(tmp_path / "nila.zip") as file:
        assert file.read("pictures/profile-photo.jpg") == PHOTO
    again = spom("privacy", "export", "nila007", "--out", "nila.zip")
    assert "is there already" in again.stderr
    asked = spom("privacy", "erase", "NILA007")
    assert asked.returncode == 1
    assert "cannot be undone" in asked.stdout
    erased = spom("privacy", "erase", "NILA007", "--yes", "--out", "receipt.json")
    assert erased.returncode == 0, erased.stderr
    assert "nobody" in spom("privacy", "erase", "NILA007", "--yes").stderr
    verify = ("privacy", "verify", "receipt.json", "--srn")
    assert "It is about NILA007" in spom(*verify, "NILA007").stdout
    assert "not about" in spom(*verify, "NILA008").stderr
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(receipt.read_bytes().replace(b"photo", b"phoot"))
    assert "Not genuine" in spom("privacy", "verify", str(receipt)).stderr


def test_verifying_needs_no_database(spom, roster, tmp_path, monkeypatch):
    spom("privacy", "erase", "NILA007", "--yes", "--out", "receipt.json")
    offline = {"DATABASE_URL": "postgresql://localhost:1/none"}
    monkeypatch.setattr(os, "environ", {**os.environ, **offline})
    verified = spom("privacy", "verify", "receipt.json")
    assert verified.returncode == 0, verified.stderr


def test_the_job_reports_and_the_programme_has_an_end(spom, roster):
    assert spom("privacy", "programme-end", "2027-06-30").stdout == "1 students.\n"
    assert spom("privacy", "programme-end", "2027-06-30").stdout == "0 students.\n"
    one = spom("privacy", "programme-end", "2027-07-31", "NILA007")
    assert one.stdout == "1 students.\n", one.stderr
    assert "nobody" in spom("privacy", "programme-end", "2027-07-31", "X1").stderr
    told = spom("privacy", "report", "--now")
    assert told.returncode == 0, told.stderr
    assert "# report 1, genuine" in told.stdout
    assert '"templates of ended programmes": 0' in told.stdout
