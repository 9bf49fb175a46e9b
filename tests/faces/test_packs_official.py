"""Official packs: the licence first, nothing half, and no changed file."""

import hashlib
import io
import json
import threading
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from app.adapters.calibration import read_calibration
from media.faces.__main__ import main
from media.faces.engine import FaceEngine
from media.faces.official import MANIFEST, check_manifest, pull
from media.faces.packs import PackError, model_path
from tests.conftest import SHARED_FACES

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def archive(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name, data in files.items():
            opened.writestr(name.replace("__", "/"), data)
    return made.getvalue()


@contextmanager
def serving(data: bytes):
    """An HTTP server with one archive."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/pack.zip"
    finally:
        server.shutdown()
        server.server_close()


GOOD = archive(**{"buffalo_s__det.onnx": b"model one", "readme.txt": b"hello"})


def fetched(folder, data=GOOD, **how):
    with serving(data) as url:
        return pull("buffalo_s", folder, accepted=True, now=NOW, url=url, **how)


def test_a_pack_is_fetched_whole_with_its_manifest(tmp_path):
    done = []
    made = fetched(tmp_path, progress=lambda at, size: done.append((at, size)))
    assert made.files == {"det.onnx": hashlib.sha256(b"model one").hexdigest()}
    assert "non-commercial" in made.licence
    assert check_manifest(tmp_path) == made
    assert done[-1] == (len(GOOD), len(GOOD))


def test_without_accepting_the_licence_nothing_is_fetched(tmp_path):
    with pytest.raises(PackError, match="not accepted"):
        pull("buffalo_l", tmp_path, accepted=False, now=NOW)
    result = CliRunner().invoke(
        main, ["pull", "buffalo_l", "--into", str(tmp_path)], input="n\n"
    )
    assert "non-commercial research" in result.output
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_pack_is_named_with_those_there_are(tmp_path):
    with pytest.raises(PackError, match="buffalo_l"):
        pull("buffalo_xxl", tmp_path, accepted=True, now=NOW)


def test_a_changed_model_file_is_named(tmp_path):
    fetched(tmp_path)
    (tmp_path / "det.onnx").write_bytes(b"another model")
    with pytest.raises(PackError, match=r"det\.onnx was changed"):
        check_manifest(tmp_path)
    (tmp_path / "det.onnx").unlink()
    with pytest.raises(PackError, match=r"det\.onnx is missing"):
        FaceEngine.load(tmp_path)


@pytest.mark.parametrize(
    "data",
    [b"no archive", archive(readme=b"no models"), archive()],
    ids=["noise", "no-models", "empty"],
)
def test_what_is_no_pack_is_refused_and_leaves_nothing(tmp_path, data):
    with pytest.raises(PackError):
        fetched(tmp_path / "pack", data)
    assert not (tmp_path / "pack" / MANIFEST).exists()


def test_nothing_leads_out_of_the_folder(tmp_path):
    fetched(tmp_path / "in", archive(**{"..__..__evil.onnx": b"x"}))
    assert (tmp_path / "in" / "evil.onnx").is_file()
    assert not (tmp_path.parent / "evil.onnx").exists()


def test_a_server_that_is_not_there_is_said(tmp_path):
    with pytest.raises(PackError, match="check the network"):
        pull(
            "buffalo_s",
            tmp_path,
            accepted=True,
            now=NOW,
            url="http://127.0.0.1:9/x.zip",
        )


def test_a_manifest_that_cannot_be_read_is_said(tmp_path):
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(PackError, match="pull the pack again"):
        check_manifest(tmp_path)


def test_an_engine_does_not_start_on_a_changed_default_pack(pack, tmp_path):
    for path in pack.glob("*.onnx"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    FaceEngine.load(tmp_path)
    changed = model_path(tmp_path, "feature")
    changed.write_bytes(changed.read_bytes()[:-1] + b"\x00")
    with pytest.raises(PackError, match="fr_feature"):
        FaceEngine.load(tmp_path)


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
    refused = CliRunner().invoke(main, words)
    assert "takes 30000 pairs" in refused.output
    assert read_calibration(copied) is None
    ran = CliRunner().invoke(main, [*words, "--fmr", "0.1"])
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
