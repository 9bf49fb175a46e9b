"""`spom certificate verify`, as an operator runs it, or whoever has the public key."""

import json

import pytest

from app.adapters.signing import Signer
from tests.cli.test_people import spom
from tests.domain.test_certificates import PDF, SEALED, SIGNER

__all__ = ["spom"]


@pytest.mark.parametrize(("name", "data"), [("c.pdf", PDF), ("c.txt", SEALED)])
def test_a_certificate_is_genuine_until_one_byte_changes(spom, tmp_path, name, data):
    file = tmp_path / name
    file.write_bytes(data)
    good = spom("certificate", "verify", str(file))
    assert (good.returncode, good.stdout[:8]) == (0, "Genuine:"), good.stderr
    assert "name: Asha Rao" in good.stdout
    file.write_bytes(data.replace(b"Asha Rao", b"Asho Rao"))
    bad = spom("certificate", "verify", str(file))
    assert bad.returncode == 1
    assert "Not genuine" in bad.stderr
    assert "Asho" not in bad.stderr


def test_a_pdf_that_was_saved_anew_is_told_from_its_text(spom, tmp_path):
    file = tmp_path / "c.pdf"
    file.write_bytes(PDF + b"\n")
    bad = spom("certificate", "verify", str(file))
    assert bad.returncode == 1
    assert "Its signed text is genuine" in bad.stderr
    assert "name: Asha Rao" in bad.stderr


def test_the_published_key_is_enough(spom, tmp_path):
    file, keys = tmp_path / "c.pdf", tmp_path / "jwks.json"
    file.write_bytes(PDF)
    command = ("certificate", "verify", str(file), "--keys", str(keys))
    keys.write_text(json.dumps({"keys": [SIGNER.jwk()]}))
    assert spom(*command).returncode == 0
    keys.write_text(json.dumps({"keys": [Signer("t" * 40).jwk()]}))
    assert spom(*command).returncode == 1
    keys.write_text("rubbish")
    rubbish = spom(*command)
    assert rubbish.returncode == 1
    assert "no file of public keys" in rubbish.stderr
