"""Zip files from strangers: bounded, and nothing that leads out of them."""

import zipfile
from io import BytesIO
from pathlib import PurePosixPath

from app.exams.domain.parsed import Wrong

FILES_MOST = 12_000
UNPACKED_MOST = 128 * 1024 * 1024
FILE_MOST = 8 * 1024 * 1024


class Archive:
    """Raises Wrong when it is none, or not to be trusted."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
            raise Wrong("this is no zip file, or a broken one") from error
        self._left = UNPACKED_MOST
        infos = [it for it in self._zip.infolist() if not it.is_dir()]
        if len(infos) > FILES_MOST:
            raise Wrong(f"has more than {FILES_MOST} files")
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for it in infos:
            self._add(it)

    @property
    def names(self) -> list[str]:
        return list(self._infos)

    def has(self, name: str) -> bool:
        return name in self._infos

    def read(self, name: str) -> bytes:
        """Counts what really comes out: a zip may say less. Raises Wrong."""
        info = self._infos.get(name)
        if info is None:
            raise Wrong(f"{name} is not in the package")
        most = min(FILE_MOST, self._left)
        try:
            with self._zip.open(info) as file:
                content = file.read(most + 1)
        except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError) as error:
            raise Wrong(f"{name} cannot be unpacked") from error
        except (RuntimeError, ValueError) as error:
            raise Wrong(f"{name} is locked with a password") from error
        if len(content) > most:
            raise Wrong(f"{name}, or all together, is too large unpacked")
        self._left -= len(content)
        return content

    def _add(self, info: zipfile.ZipInfo) -> None:
        name = info.filename
        path = PurePosixPath(name)
        if "\\" in name or path.is_absolute() or ".." in path.parts or ":" in name:
            raise Wrong(f"{name!r} leads out of the package")
        if info.file_size > UNPACKED_MOST:
            raise Wrong(f"{name} is too large unpacked")
        if name in self._infos:
            raise Wrong(f"{name} is in the package twice")
        self._infos[name] = info
