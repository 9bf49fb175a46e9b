"""Which rows tell of sealed objects, for exports, erasures and the sweep."""

from app.adapters.db import Database
from app.adapters.objects import Objects
from app.operations.privacy.kept import Kept, ObjectSweep
from app.operations.privacy.policy import RetentionPolicy
from app.operations.privacy.retention import Sweep

KEPT: Kept | None = None
"""The slice that keeps evidence says so here."""


def sweeps_of(db: Database, objects: Objects, policy: RetentionPolicy) -> list[Sweep]:
    return [ObjectSweep(db, objects, KEPT, policy)] if KEPT else []
