"""Model files are the ones we know, or are not used."""

import shutil
import subprocess
import sys

import pytest

from media.faces.engine import FaceEngine
from media.faces.packs import PackError, check
from tests.conftest import ROOT


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
