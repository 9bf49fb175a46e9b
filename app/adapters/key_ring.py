"""The keys that wrap data keys: in a file outside the database, or made of the secret.

The file (`SPOM_KEYS`, mode 600) has JSON: `wraps_with`, the id of the key that wraps
new data keys; `keys`, each 32 bytes in base64; and `derived`, whether the key made of
the deployment's secret still opens. Without a file that one is the only key, so that a
house can begin with nothing and move to a file later. The file is read again whenever
it has changed: a rotation needs no restart.
"""

import base64
import json
import os
import re
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.kernel.refusals import Unavailable

DERIVED = "secret"
NAMED = re.compile(r"[a-z0-9-]{1,32}")
KEY_BYTES = 32


class BadKeys(Unavailable):
    """The file of keys cannot be read as it stands."""


class KeyAway(Unavailable):
    """A key is needed that is not in the file of keys on this machine."""


@dataclass(frozen=True, slots=True)
class Ring:
    """What stands in the file; no repr shows a key."""

    wraps_with: str
    keys: dict[str, bytes] = field(repr=False)
    derived: bool

    def key(self, key_id: str) -> bytes:
        """Raises KeyAway."""
        try:
            return self.keys[key_id]
        except KeyError:
            raise KeyAway(f"The key {key_id} is not in the file of keys.") from None


class KeyRing:
    """Reads the ring; `path` None: only the key made of `secret`."""

    def __init__(self, secret: str, path: Path | None) -> None:
        self.path = path
        info = b"spom:wrap"
        hkdf = HKDF(SHA256(), length=KEY_BYTES, salt=None, info=info)
        self._derived = hkdf.derive(secret.encode())
        self._read: tuple[tuple[int, ...] | None, Ring] | None = None

    def ring(self) -> Ring:
        """As the file stands now. Raises BadKeys."""
        stamp = self._stamp()
        if self._read is None or self._read[0] != stamp:
            self._read = (stamp, self._parse() if stamp else self.alone())
        return self._read[1]

    def save(self, ring: Ring) -> None:
        """Whole or not at all, readable by ourselves alone."""
        assert self.path is not None
        self.path.parent.mkdir(parents=True, exist_ok=True)
        keys = {k: v for k, v in ring.keys.items() if k != DERIVED}
        text = json.dumps(
            {
                "wraps_with": ring.wraps_with,
                "derived": ring.derived,
                "keys": {k: base64.b64encode(v).decode() for k, v in keys.items()},
            },
            indent=2,
        )
        fresh = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            mode = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(fresh, mode, 0o600), "w") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
        finally:
            fresh.unlink(missing_ok=True)

    def _stamp(self) -> tuple[int, ...] | None:
        if self.path is None:
            return None
        try:
            found = self.path.stat()
        except FileNotFoundError:
            raise BadKeys(
                "There is no file of keys: `spom keys add` begins one."
            ) from None
        except OSError as error:
            raise BadKeys from error
        if found.st_mode & 0o077:
            raise BadKeys("Others can read the file of keys: chmod 600 it.")
        return found.st_mtime_ns, found.st_size, found.st_ino

    def alone(self) -> Ring:
        """What a house without a file has."""
        return Ring(DERIVED, {DERIVED: self._derived}, True)

    def _parse(self) -> Ring:
        assert self.path is not None
        try:
            raw = json.loads(self.path.read_text("utf-8"))
            keys = {
                str(name): base64.b64decode(text, validate=True)
                for name, text in raw["keys"].items()
            }
            ring = Ring(str(raw["wraps_with"]), keys, raw["derived"] is True)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadKeys from error  # binascii.Error is a ValueError
        if ring.derived:
            ring = replace(ring, keys={DERIVED: self._derived, **keys})
        if ring.wraps_with not in ring.keys or not _well_formed(keys):
            raise BadKeys
        return ring


def _well_formed(keys: dict[str, bytes]) -> bool:
    return DERIVED not in keys and all(
        NAMED.fullmatch(name) and len(key) == KEY_BYTES for name, key in keys.items()
    )
