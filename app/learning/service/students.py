"""A student's own: electives, where they are in a topic, notes."""

from dataclasses import dataclass
from datetime import datetime

from asyncpg import CheckViolationError

from app.adapters.db import Database
from app.kernel.clock import Clock
from app.kernel.ids import AccountId, ModuleCode
from app.kernel.refusals import Conflict
from app.learning.domain.catalogue import Module, StudySet
from app.learning.domain.electives import (
    ElectiveKept,
    require_own,
    require_pickable,
)
from app.learning.service.catalogue import Learning, NoSuchModule
from app.learning.store import students as store


class NoteChanged(Conflict):
    """You changed this note in another tab. Take over its text, then write on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    text: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody is in a topic: share read (0..1), second of the video."""

    place: float
    video_s: float
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the dashboard shows of a student, hours apart."""

    sets: list[StudySet]
    picked: dict[str, ModuleCode]
    last_topics: dict[str, str]
    topics_done: dict[str, tuple[int, int]]


class Students:
    def __init__(self, db: Database, clock: Clock, learning: Learning) -> None:
        self._db = db
        self._clock = clock
        self._learning = learning

    async def standing(self, account: AccountId) -> Standing:
        sets = await self._learning.catalogue()
        async with self._db.connection() as tx:
            return Standing(
                sets=sets,
                picked=await store.picked(tx, account),
                last_topics=await store.last_topics(tx, account),
                topics_done=await store.topics_done(tx, account),
            )

    async def pick(self, account: AccountId, set_code: str, module: str) -> Module:
        """Raises NotOfThisSet, or ElectiveKept once an hour of it is confirmed."""
        sets = await self._learning.catalogue()
        wanted = require_pickable(sets, set_code, module)
        try:
            async with self._db.transaction() as tx:
                now = self._clock.now()
                await store.pick(tx, account, set_code, wanted.code, now)
        except CheckViolationError as error:
            if error.constraint_name == "elective_is_kept":
                raise ElectiveKept from error
            raise
        return wanted

    async def require_own(self, account: AccountId, module: Module) -> None:
        """Raises PickFirst for an elective that was not picked."""
        sets = await self._learning.catalogue()
        async with self._db.connection() as tx:
            picked = await store.picked(tx, account)
        require_own(sets, picked, module)

    async def open_topic(
        self, account: AccountId, module: ModuleCode, topic: str
    ) -> Place:
        """It is read now: where the student was in it."""
        async with self._db.transaction() as tx:
            now = self._clock.now()
            row = await store.open_topic(tx, account, module, topic, now)
        return Place(**dict(row))

    async def done(self, account: AccountId, module: ModuleCode) -> set[str]:
        """The codes of the topics marked as done."""
        async with self._db.connection() as tx:
            rows = await store.progress_of(tx, account, module)
        return {row["topic_code"] for row in rows if row["done_at"]}

    async def save_progress(
        self,
        account: AccountId,
        at: tuple[ModuleCode, str],
        *,
        place: float | None = None,
        video_s: float | None = None,
        done: bool | None = None,
    ) -> None:
        """What is None stays as it is. Raises NoSuchModule."""
        async with self._db.transaction() as tx:
            where, now = (account, *at), self._clock.now()
            if not await store.save_progress(tx, where, place, video_s, done, now):
                raise NoSuchModule

    async def note(self, account: AccountId, module: ModuleCode, topic: str) -> Note:
        async with self._db.connection() as tx:
            row = await store.note_of(tx, account, module, topic)
        return Note(**dict(row)) if row else Note()

    async def save_note(
        self, account: AccountId, at: tuple[ModuleCode, str], note: Note
    ) -> int:
        """The new version. `note.version` is the one it was written on.

        Raises NoteChanged with the text and version that stand, or NoSuchModule.
        """
        await self._learning.module(at[0])
        async with self._db.transaction() as tx:
            where, now = (account, *at), self._clock.now()
            saved = await store.save_note(tx, where, note.text, note.version, now)
            if saved is not None:
                return saved
            row = await store.note_of(tx, account, *at)
        if row is None:
            raise NoSuchModule
        raise NoteChanged(text=row["text"], version=row["version"])
