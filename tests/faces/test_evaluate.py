"""`spom faces evaluate`: on folders, on pairs, and what may be adopted of it."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner

from app.adapters.calibration import read_calibration
from app.adapters.standing import known_packs
from media.faces.__main__ import main
from media.faces.packs import PACK
from media.faces.protocols import one_to_one
from media.faces.rates import operating_at
from tests.conftest import SHARED_FACES
from tests.faces.conftest import varied
from workers.demo_faces import as_jpeg

SAME = ("asha", "ben", "esha")


@pytest.fixture
def group(engine):
    """Six people of one picture, each alone, as detection finds them."""
    package = Path(find_spec("insightface").origin).parent
    picture = cv2.imread(str(package / "data/images/t1.jpg"))
    height, width = picture.shape[:2]
    found = {}
    for x1, y1, x2, y2 in (box for box, _ in engine._models.detect(picture)):
        more_x, more_y = 0.4 * (x2 - x1), 0.4 * (y2 - y1)
        top, bottom = max(0, int(y1 - more_y)), min(height, int(y2 + more_y))
        left, right = max(0, int(x1 - more_x)), min(width, int(x2 + more_x))
        found[f"group {len(found)}"] = [as_jpeg(picture[top:bottom, left:right])]
    return found


@pytest.fixture
def pairs(portraits, tmp_path):
    """Two shots each of three people: pairs of one person, and of two."""
    rows = ["a,b,same"]
    for number, name in enumerate(SAME):
        for shot in (1, 2):
            picture = varied(portraits[name], 10 * number + shot)
            (tmp_path / f"{name}{shot}.jpg").write_bytes(picture)
        rows.append(f"{name}1.jpg,{name}2.jpg,1")
    rows += [f"{SAME[n]}1.jpg,{SAME[n - 1]}2.jpg,0" for n in range(3)]
    (tmp_path / "blank.jpg").write_bytes(b"no picture")
    rows.append("blank.jpg,asha1.jpg,0")
    (tmp_path / "pairs.csv").write_text("\n".join(rows))
    return tmp_path


def test_a_file_of_pairs_is_evaluated(pairs, pack, tmp_path):
    out = tmp_path / "out"
    words = ["evaluate", str(pairs), "--pack", str(pack), "--out", str(out)]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 0, ran.output
    assert f"6 pictures with {PACK}" in ran.output
    assert "3 pairs of one person, 3 of two" in ran.output
    assert "1 could not be used (no face, or several): blank.jpg" in ran.output
    kept = json.loads((out / "evaluation.json").read_text())
    assert (kept["genuine_pairs"], kept["impostor_pairs"]) == (3, 3)
    assert kept["chosen"] == kept["table"][2]
    assert (kept["chosen"]["fmr_most"], kept["chosen"]["fnmr"]) == (1.0, 0.0)
    assert "<svg" in (out / "report.html").read_text()


def test_the_threshold_in_use_is_told_with_what_it_costs(pairs, pack, tmp_path):
    out = tmp_path / "out"
    words = ["evaluate", str(pairs), "--pack", str(pack), "--out", str(out)]
    ran = CliRunner().invoke(main, words)
    assert "In use just now: 0.450, where FMR is 0.0e+00" in ran.output
    strict = {"SPOM_POLICY_MATCH_SIMILARITY": "0.999"}
    ran = CliRunner().invoke(main, words, env=strict)
    assert "In use just now: 0.999" in ran.output
    kept = json.loads((out / "evaluation.json").read_text())
    assert kept["in_use"]["fnmr"] == 1.0


def test_our_record_of_the_default_pack_is_what_its_pictures_show(
    engine, people, portraits, group
):
    """Measured again: the very counts, and no error at its threshold."""
    record = known_packs()[PACK]
    files = {**people, "astronaut": [as_jpeg(portraits["asha"])], **group}
    vectors = {
        who: [engine.embed_picture(it) for it in pictures]
        for who, pictures in files.items()
    }
    compared = one_to_one(vectors)
    at = operating_at(compared.genuine, compared.impostor, record.threshold, 1e-4)
    assert (len(files), compared.genuine.size) == (record.people, record.genuine_pairs)
    assert compared.impostor.size == record.impostor_pairs
    assert at.fmr_most == record.fmr_most
    assert at.fnmr == record.fnmr


def test_the_list_shows_what_is_known_of_each_pack(pack, tmp_path, monkeypatch):
    folder = tmp_path / "var" / "models" / "faceplugin"
    shutil.copytree(pack, folder)
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(main, ["list"]).output
    assert "in use  var/models/faceplugin  whole; licence: MIT" in shown
    assert "18 pairs of one person and 172 of two" in shown
    assert "NOT shown" in shown


def test_groups_of_pairs_are_refused_in_a_sentence(pairs, pack):
    (pairs / "groups.csv").write_text("person,group\nasha,one\n")
    words = ["evaluate", str(pairs), "--pack", str(pack), "--out", str(pairs / "out")]
    ran = CliRunner().invoke(main, [*words, "--groups", str(pairs / "groups.csv")])
    assert ran.exit_code == 1
    assert "a folder a person" in ran.output


def test_a_rate_that_lets_many_strangers_in_is_adopted_by_force_only(pairs, pack):
    words = ["evaluate", str(pairs), "--pack", str(pack), "--out", str(pairs / "out")]
    ran = CliRunner().invoke(main, [*words, "--adopt", "--fmr", "2e-4"])
    assert ran.exit_code == 1
    assert "share of strangers passes" in ran.output
    assert "--force" in ran.output
    assert read_calibration(pack) is None


def test_a_pack_is_evaluated_and_its_threshold_adopted(pack, tmp_path):
    if not SHARED_FACES.is_dir():
        pytest.skip("the shared faces are not beside this checkout")
    copied = tmp_path / "pack"
    copied.mkdir()
    for path in pack.glob("*.onnx"):
        (copied / path.name).write_bytes(path.read_bytes())
    groups = tmp_path / "groups.csv"
    groups.write_text("person,group\nobama,one\nbiden,one\nkit,two\nrose_leslie,two\n")
    out = tmp_path / "out"
    words = [
        *("evaluate", str(SHARED_FACES / "people"), "--pack", str(copied)),
        *("--groups", str(groups), "--out", str(out), "--adopt"),
    ]
    lenient = CliRunner().invoke(main, [*words, "--fmr", "0.1"])
    assert lenient.exit_code == 1
    assert "share of strangers passes" in lenient.output
    assert not out.exists()
    refused = CliRunner().invoke(main, words)
    assert "takes 30000 pairs" in refused.output
    assert read_calibration(copied) is None
    ran = CliRunner().invoke(main, [*words, "--fmr", "0.1", "--force"])
    assert ran.exit_code == 0, ran.output
    assert "rule of three" in refused.output
    assert "two: FMR" in ran.output
    kept = json.loads((out / "evaluation.json").read_text())
    assert kept["people"] >= 5
    assert (out / "det.svg").read_text().startswith("<svg")
    found = read_calibration(copied)
    assert found.threshold < 0.6
    assert found.wanted == 0.1


def test_pairs_that_are_wrong_are_named_by_line(pack, tmp_path):
    (tmp_path / "pairs.csv").write_text("a,b,same\nno.jpg,no.jpg,1\n")
    ran = CliRunner().invoke(main, ["evaluate", str(tmp_path), "--pack", str(pack)])
    assert ran.exit_code == 1
    assert "line 2" in ran.output
