"""Anchors: where the chain ended at a time, signed, in a file that belongs elsewhere.

Whoever puts back an older database with its older, genuine head is found by them.
"""

import json
import os
from pathlib import Path

from app.adapters.audit.chain import Head
from app.adapters.audit.trail import Trail
from app.adapters.db import Database
from app.kernel.clock import Clock


class BadAnchors(ValueError):
    """A file of anchors that cannot be read."""


async def anchor_now(db: Database, trail: Trail, path: Path, clock: Clock) -> bool:
    """Appends the head to the file, if the chain has grown. Raises OSError."""
    async with db.connection() as tx:
        head = await trail.head(tx)
    if head.seq == 0 or _last_seq(path) >= head.seq:
        return False
    line = {
        "seq": head.seq,
        "hash": head.hash.hex(),
        "mac": head.mac.hex(),
        "at": clock.now().isoformat(timespec="seconds"),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def read_anchors(path: Path) -> list[Head]:
    """Raises BadAnchors naming the line, or OSError."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            it = json.loads(line)
            hash_, mac = bytes.fromhex(it["hash"]), bytes.fromhex(it["mac"])
            found.append(Head(seq=int(it["seq"]), hash=hash_, mac=mac))
        except (ValueError, KeyError, TypeError) as error:
            raise BadAnchors(f"{path}, line {number}: not an anchor") from error
    return found


def _last_seq(path: Path) -> int:
    if not path.exists():
        return 0
    anchors = read_anchors(path)
    return anchors[-1].seq if anchors else 0
