"""Files kept under the hash of their bytes: the same bytes once, never half written."""

import asyncio
import hashlib
import os
import shutil
from pathlib import Path
from uuid import uuid4


class Files:
    """In one folder; several machines share it as a mount.

    Blocking work is done in threads. Whoever reads opens `path_of`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path_of(self, sha256: bytes) -> Path:
        name = sha256.hex()
        return self._folder / name[:2] / name

    async def keep(self, source: Path, sha256: bytes) -> bool:
        """Copies `source`; False when these bytes are here already.

        Raises ValueError when the file is not the one that was hashed.
        """
        return await asyncio.to_thread(self._keep, source, sha256)

    async def forget(self, sha256: bytes) -> None:
        await asyncio.to_thread(self.path_of(sha256).unlink, missing_ok=True)

    def _keep(self, source: Path, sha256: bytes) -> bool:
        target = self.path_of(sha256)
        if target.is_file():
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{uuid4().hex}")
        try:
            shutil.copyfile(source, fresh)
            with fresh.open("rb") as file:
                if hashlib.file_digest(file, "sha256").digest() != sha256:
                    raise ValueError(f"{source.name} changed while it was imported")
                os.fsync(file.fileno())
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
        return True
