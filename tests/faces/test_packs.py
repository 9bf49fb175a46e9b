"""Model files are the ones we know, or are not used."""

import hashlib
import json
import shutil
import subprocess
import sys

import pytest

from app.adapters.calibration import read_calibration, write_calibration
from media.faces.engine import FaceEngine
from media.faces.official import check_manifest
from media.faces.packs import PACK, PackError, check, install
from tests.conftest import ROOT
from tests.measured import calibration


@pytest.fixture
def damaged(pack, tmp_path):
    folder = tmp_path / "pack"
    shutil.copytree(pack, folder)
    path = folder / "fr_feature.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return folder


def test_a_whole_pack_is_accepted(pack):
    check(pack)


def test_one_altered_bit_is_refused_by_the_engine(damaged):
    with pytest.raises(PackError, match=r"fr_feature\.onnx is damaged: delete it"):
        FaceEngine.load(damaged)


def test_a_missing_file_says_what_to_do(damaged):
    (damaged / "fr_pose.onnx").unlink()
    (damaged / "fr_feature.onnx").unlink()
    with pytest.raises(PackError, match="missing: run `make models`"):
        check(damaged)


def test_a_manifest_beside_them_does_not_replace_what_we_know_of_them(damaged):
    """Whoever may write the files may write a list of them that fits."""
    digest = hashlib.sha256((damaged / "fr_feature.onnx").read_bytes()).hexdigest()
    manifest = {
        "name": "buffalo_l",
        "version": "1",
        "licence": "",
        "accepted_at": "",
        "files": {"fr_feature.onnx": digest},
    }
    (damaged / "manifest.json").write_text(json.dumps(manifest))
    for use in (FaceEngine.load, check, install, check_manifest):
        with pytest.raises(PackError, match=r"manifest\.json does not belong"):
            use(damaged)


def test_the_default_packs_folder_is_known_by_its_name_too(tmp_path):
    folder = tmp_path / "faceplugin"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(PackError, match="does not belong"):
        FaceEngine.load(folder)


def test_installing_forgets_what_was_measured_of_another_pack(damaged, pack):
    shutil.copy(pack / "fr_feature.onnx", damaged)
    for measured_of, stays in (("buffalo_l-1", False), (PACK, True)):
        write_calibration(damaged, calibration(measured_of))
        install(damaged)
        assert (read_calibration(damaged) is not None) is stays


def test_a_folder_of_another_pack_is_not_installed_into(tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(PackError, match="choose another folder"):
        install(tmp_path)


def test_the_command_says_it_in_one_sentence(damaged):
    done = subprocess.run(
        [sys.executable, "-m", "media.faces.packs", "check", str(damaged)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "is damaged" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
