"""Official packs: the licence first, nothing half, and no changed file."""

import hashlib
import io
import json
import shutil
import threading
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from app.adapters.calibration import read_calibration, write_calibration
from app.adapters.face_packs import MANIFEST
from media.faces.__main__ import main
from media.faces.engine import FaceEngine
from media.faces.official import check_manifest, pull
from media.faces.official_models import models_by_task
from media.faces.packs import PackError, model_path
from tests.measured import calibration

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
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
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


def test_a_model_that_did_not_come_with_the_pack_is_refused(tmp_path):
    fetched(tmp_path)
    stray = tmp_path / "aaa_recognition.ONNX"
    stray.write_bytes(b"somebody else's model")
    for use in (check_manifest, FaceEngine.load):
        with pytest.raises(PackError, match=r"aaa_recognition\.ONNX did not come with"):
            use(tmp_path)
    stray.unlink()
    check_manifest(tmp_path)


def test_only_the_packs_own_files_are_loaded(pack, tmp_path):
    """Though a stray slips in between checking and loading."""
    for name in ("w600k.onnx", "aaa_recognition.onnx"):
        shutil.copy(model_path(pack, "feature"), tmp_path / name)
    found = models_by_task(tmp_path, ["w600k.onnx"], threads=1)
    assert {task: path.name for task, (path, _) in found.items()} == {
        "recognition": "w600k.onnx"
    }


@pytest.mark.parametrize(
    "change", [{"name": "faceplugin"}, {"files": {"../det.onnx": "0"}}]
)
def test_a_manifest_of_no_pack_we_know_is_refused(tmp_path, change):
    fetched(tmp_path)
    kept = json.loads((tmp_path / MANIFEST).read_text())
    (tmp_path / MANIFEST).write_text(json.dumps({**kept, **change}))
    with pytest.raises(PackError, match="of no official pack"):
        check_manifest(tmp_path)


def test_pulling_over_another_pack_leaves_nothing_of_it(tmp_path):
    old = fetched(tmp_path)
    write_calibration(tmp_path, calibration(old.pack))
    fetched(tmp_path)
    assert read_calibration(tmp_path).pack == old.pack  # The same pack again.
    new = fetched(tmp_path, archive(**{"buffalo_s__other.onnx": b"model two"}))
    assert check_manifest(tmp_path) == new
    assert {path.name for path in tmp_path.iterdir()} == {"other.onnx", MANIFEST}


def test_nothing_is_pulled_beside_models_of_somebody_else(tmp_path):
    (tmp_path / "mine.onnx").write_bytes(b"precious")
    with pytest.raises(PackError, match=r"mine\.onnx did not come with"):
        fetched(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.onnx"]


def test_nothing_is_pulled_into_the_default_packs_folder(tmp_path):
    (tmp_path / "fr_pose.onnx").write_bytes(b"x")
    with pytest.raises(PackError, match="--into"):
        pull("buffalo_s", tmp_path, accepted=True, now=NOW)
