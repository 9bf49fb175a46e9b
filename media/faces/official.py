"""Official InsightFace packs: fetched by name, licence first, and whole ever after.

The weights are InsightFace's, for non-commercial research only (python-package/README
of insightface 2.1): somebody has to accept that before they are fetched.
"""

import hashlib
import json
import shutil
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from urllib.error import URLError

from insightface.utils.storage import model_zoo_download_url

from app.adapters.calibration import forget_stale
from app.adapters.face_packs import MANIFEST, is_default
from media.faces.packs import PackError, require_no_manifest

OFFICIAL = ("antelopev2", "buffalo_l", "buffalo_m", "buffalo_s", "buffalo_sc")
LICENCE = (
    "The pretrained models of InsightFace are available for non-commercial research "
    "purposes only. An institution that takes fees needs a licence of its own from "
    "InsightFace. This covers downloading and every use of {name}."
)
ZIP_MOST, FILES_MOST = 1_500_000_000, 20
CHUNK = 1 << 20
PATIENCE_S = 30
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`files`: name to SHA-256 (hex); `version`: of the archive."""

    name: str
    version: str
    licence: str
    accepted_at: str
    files: dict[str, str]

    @property
    def pack(self) -> str:
        return f"{self.name}-{self.version}"


def pull(
    name: str,
    folder: Path,
    *,
    accepted: bool,
    now: datetime,
    url: str | None = None,
    progress: Progress = lambda done, size: None,
) -> Manifest:
    """Fetches a pack into `folder`. Raises PackError that says what to do."""
    if name not in OFFICIAL:
        known = ", ".join(OFFICIAL)
        raise PackError(f"There is no official pack {name}. There are: {known}.")
    if not accepted:
        raise PackError("Nothing was fetched: the licence was not accepted.")
    if is_default(folder):
        raise PackError(f"{folder} is the default pack's: choose another with --into.")
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "pack.zip"
        digest = _fetch(url or model_zoo_download_url(f"{name}.zip"), archive, progress)
        files = _unpack(archive, Path(scratch) / "models")
        manifest = Manifest(
            name=name,
            version=digest[:12],
            licence=LICENCE.format(name=name),
            accepted_at=now.isoformat(timespec="seconds"),
            files=files,
        )
        _settle(Path(scratch) / "models", folder, manifest)
    return manifest


def read_manifest(folder: Path) -> Manifest | None:
    """None where the folder holds no official pack. Raises PackError for a bad one."""
    require_no_manifest(folder)
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = Manifest(**json.loads(path.read_text()))
        bare = all(Path(name).name == name for name in manifest.files)
    except (ValueError, TypeError) as error:
        raise PackError(f"{path} cannot be read: pull the pack again.") from error
    if manifest.name not in OFFICIAL or not bare:
        raise PackError(f"{path} is of no official pack: pull one.")
    return manifest


def check_manifest(folder: Path) -> Manifest:
    """Every file there and unchanged. Raises PackError that names the first that is
    not: with other weights, templates and thresholds would mean nothing."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise PackError(f"There is no face pack in {folder}: run `spom faces pull`.")
    again = f"run `spom faces pull {manifest.name}` again"
    for name, known in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise PackError(f"The face model {path} is missing: {again}.")
        if _sha256(path) != known:
            raise PackError(f"The face model {path} was changed: {again}.")
    _require_no_strays(folder, manifest.files)
    return manifest


def _require_no_strays(folder: Path, known: Collection[str]) -> None:
    """A model that did not come with the pack was checked by nobody."""
    for path in sorted(folder.glob("*")):
        if path.suffix.lower() == ".onnx" and path.name not in known:
            raise PackError(
                f"The face model {path} did not come with the pack: delete it, or "
                "keep each pack in a folder of its own."
            )


def _fetch(url: str, target: Path, progress: Progress) -> str:
    """The archive's SHA-256 in hex."""
    digest, done = hashlib.sha256(), 0
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            size = int(answer.headers.get("Content-Length") or 0)
            with target.open("wb") as file:
                while chunk := answer.read(CHUNK):
                    done += len(chunk)
                    if done > ZIP_MOST:
                        raise PackError(
                            "The pack is larger than any we know: not used."
                        )
                    digest.update(chunk)
                    file.write(chunk)
                    progress(done, size)
    except (URLError, TimeoutError, OSError) as error:
        raise PackError(f"{url} could not be fetched: check the network.") from error
    if size and done != size:
        raise PackError("The pack came incomplete: try again.")
    return digest.hexdigest()


def _unpack(archive: Path, folder: Path) -> dict[str, str]:
    """The models alone, under their bare names: nothing leads out of the folder."""
    folder.mkdir()
    found: dict[str, str] = {}
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [it for it in opened.infolist() if it.filename.endswith(".onnx")]
            if not 0 < len(members) <= FILES_MOST:
                raise PackError("The archive holds no models that we know: not used.")
            if sum(it.file_size for it in members) > 2 * ZIP_MOST:
                raise PackError("The archive's models are too large: not used.")
            for member in members:
                name = Path(member.filename).name
                with opened.open(member) as source, (folder / name).open("wb") as file:
                    shutil.copyfileobj(source, file, CHUNK)
                found[name] = _sha256(folder / name)
    except zipfile.BadZipFile as error:
        raise PackError("What was fetched is no archive: try again later.") from error
    return found


def _settle(models: Path, folder: Path, manifest: Manifest) -> None:
    """All at once, the manifest last: half a pack is none. Of the pack that was there
    before, models and what was measured go."""
    folder.mkdir(parents=True, exist_ok=True)
    before = _files_before(folder)
    _require_no_strays(folder, before | manifest.files.keys())
    (folder / MANIFEST).unlink(missing_ok=True)
    forget_stale(folder, manifest.pack)
    for name in before:
        (folder / name).unlink(missing_ok=True)
    for name in manifest.files:
        shutil.move(models / name, folder / name)
    text = json.dumps(asdict(manifest), indent=2)
    (folder / MANIFEST).write_text(text)


def _files_before(folder: Path) -> set[str]:
    """None of a manifest that cannot be read: its models are strays then."""
    try:
        found = read_manifest(folder)
    except PackError:
        return set()
    return set(found.files) if found else set()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
