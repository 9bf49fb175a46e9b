"""Face packs: which model files belong together, where from, and that they are whole.

The default pack is the npm package faceplugin-face-recognition-js (MIT). Only its
model files are taken: installing it as a dependency would bring 674 packages along.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import click

from app.adapters.calibration import forget_stale
from app.adapters.face_packs import DEFAULT_PACK, MANIFEST, is_default

PACK = DEFAULT_PACK
_NPM = "faceplugin-face-recognition-js@0.0.1"
_TARBALL_SHA512 = (
    "shriXjd4zJHEwhK1jHK+bWo8Vv6Vu9B/w6RRsd4AFtNM/jaI2vhuOamOSMl9qQmL"
    "d8WlQ7dgqN+3C2iOi5pXWw=="
)
FILES = {
    "detect": "6c0256ccd3164f844736a401faf936ec2930764a87ae39442180887d0c5c8854",
    "landmark": "f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258",
    "feature": "87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581",
    "liveness": "afa783b7e902fdfcf323a7240cac2a1c580c25314ea4161129dc1b0d100dc32d",
    "pose": "72d032ec941b7153bf8d3f2c03a4c165453cc7e63d479041ec7c6ef087e5839d",
}
FETCH_PATIENCE_S = 300


class PackError(Exception):
    """The message says which file is wrong and what to do."""


def model_path(folder: Path, name: str) -> Path:
    return folder / f"fr_{name}.onnx"


def check(folder: Path) -> None:
    """Raises PackError unless every file is there and is the one we know."""
    require_no_manifest(folder)
    for name, expected in FILES.items():
        path = model_path(folder, name)
        if not path.is_file():
            raise PackError(f"The face model {path} is missing: run `make models`.")
        if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            raise PackError(
                f"The face model {path} is damaged: delete it and run `make models`."
            )


def require_no_manifest(folder: Path) -> None:
    """The default pack's files are known to us: no list beside them replaces that."""
    if is_default(folder) and (folder / MANIFEST).exists():
        raise PackError(
            f"{folder / MANIFEST} does not belong to the default pack: delete it."
        )


def install(folder: Path) -> None:
    """Fetches what is missing or damaged from npm; what was measured of another pack
    there goes. Raises PackError."""
    require_no_manifest(folder)
    if (folder / MANIFEST).exists():
        raise PackError(f"{folder} holds another pack: choose another folder.")
    _fetch_missing(folder)
    forget_stale(folder, PACK)


def _fetch_missing(folder: Path) -> None:
    try:
        check(folder)
    except PackError:
        with tempfile.TemporaryDirectory() as scratch:
            tarball = _fetch(Path(scratch))
            _unpack(tarball, folder)
        check(folder)


def _fetch(scratch: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise PackError("npm is missing: install Node.js 20 or newer.")
    done = subprocess.run(
        [npm, "pack", "--json", "--silent", _NPM],
        cwd=scratch,
        capture_output=True,
        timeout=FETCH_PATIENCE_S,
        check=False,
    )
    if done.returncode != 0:
        raise PackError("npm could not fetch the face models: check the network.")
    tarball = scratch / _file_name(done.stdout)
    digest = hashlib.sha512(tarball.read_bytes()).digest()
    if base64.b64encode(digest).decode() != _TARBALL_SHA512:
        raise PackError("npm delivered other face models than we know: not used.")
    return tarball


def _file_name(answer: bytes) -> str:
    """npm 10 answers with a list of packages, npm 11 with an object of them."""
    packed = json.loads(answer)
    first = packed[0] if isinstance(packed, list) else next(iter(packed.values()))
    return str(first["filename"])


def _unpack(tarball: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(tarball) as archive:
        for name in FILES:
            path = model_path(folder, name)
            member = archive.extractfile(f"package/model/{path.name}")
            if member is None:
                raise PackError(f"The package of face models lacks {path.name}.")
            part = path.with_suffix(".part")
            part.write_bytes(member.read())
            part.replace(path)


@click.command()
@click.argument("act", type=click.Choice(["install", "check"]))
@click.argument("folder", type=click.Path(path_type=Path))
def main(act: str, folder: Path) -> None:
    """Installs or checks the default face pack in FOLDER."""
    try:
        {"install": install, "check": check}[act](folder)
    except PackError as error:
        raise SystemExit(str(error)) from None
    click.echo(f"The face models in {folder} are whole.")


if __name__ == "__main__":
    main()
