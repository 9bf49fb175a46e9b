"""Everything that is held about a student, in one file that a person can read."""

import base64
import io
import json
import zipfile
from dataclasses import dataclass

from app.accounts.domain.people import Person
from app.accounts.service.enrolments import capture_of
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.photos import context_of
from app.adapters.audit import Act
from app.adapters.db import Tx
from app.adapters.envelopes import Purpose, Unreadable
from app.adapters.objects import NoSuchObject, Objects
from app.kernel.findings import Ask
from app.kernel.ids import AccountId, LookId
from app.operations.privacy import store
from app.operations.privacy.holdings import HOLDINGS
from app.operations.privacy.kept import Kept
from app.proctoring.service import pictures

README = """What is held about {name} ({srn})
Made on {day}.

data/      one file for each kind of record, as JSON: a list of rows with their names
pictures/  your profile photo, photos you have asked for, and pictures that wait for a
           person, of looks and of a device check, as JPEG
evidence/  pictures of unclear moments that are still kept, as JPEG
template/  your face template, if you agreed to one: the numbers, and of which model

data/audit_event.json is the trail: who did what with your account, and who looked at
your pictures. People are named by a number of ours, not by name.

Not inside: passwords, codes and keys, which are kept only as something that cannot be
turned back, and the readings of single looks, which would help to deceive the next one.
A person who decided about you explains a decision: ask your institution.

There is no recording of your camera, no score of attention or feeling, and no copy
with anybody else. How long each record is kept is in docs/privacy.md of this software,
and in the text you agreed to.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporting:
    """`kept`: who knows of evidence; None where there is none."""

    house: Gatehouse
    objects: Objects
    kept: Kept | None

    async def export(self, person: Person) -> bytes:
        """A ZIP file. The trail tells that it was made."""
        into = io.BytesIO()
        now = self.house.clock.now()
        async with self.house.db.transaction() as tx:
            await tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as file:
                about = {"name": person.name, "srn": person.srn, "day": now.date()}
                file.writestr("README.txt", README.format(**about))
                await self._add_rows(tx, file, person.account)
                await self._add_pictures(tx, file, person.account)
                await self._add_evidence(tx, file, person.account)
                await self._add_templates(tx, file, person.account)
        async with self.house.db.transaction() as tx:
            act = Act(at=now, by=None, what="privacy.exported", whom=person.account)
            await self.house.trail.write(tx, act)
        return into.getvalue()

    async def _add_rows(
        self, tx: Tx, file: zipfile.ZipFile, account: AccountId
    ) -> None:
        for it in HOLDINGS:
            rows = [json.loads(row) for row in await store.export_rows(tx, it, account)]
            if rows:
                text = json.dumps(rows, indent=2, ensure_ascii=False)
                file.writestr(f"data/{it.table}.json", text + "\n")

    async def _add_pictures(
        self, tx: Tx, file: zipfile.ZipFile, account: AccountId
    ) -> None:
        for row in await store.pictures_of(tx, account):
            file.writestr(f"pictures/{row['name']}.jpg", row["jpeg"])
        for row in await store.sealed_pictures_of(tx, account):
            look = LookId(row["look_id"])
            jpeg = await self._open(
                tx, account, Purpose.PICTURE, row["sealed"], pictures.context_of(look)
            )
            if jpeg is not None:
                file.writestr(f"pictures/waiting-{look}.jpg", jpeg)

        for row in await store.captures_of(tx, account):
            ask, enrolment = Ask(row["ask"]), row["enrolment_id"]
            context = capture_of(enrolment, ask, "picture")
            jpeg = await self._open(
                tx, account, Purpose.TEMPLATE, row["picture"], context
            )
            if jpeg is not None:
                file.writestr(f"pictures/device-check-{ask}.jpg", jpeg)

    async def _add_evidence(
        self, tx: Tx, file: zipfile.ZipFile, account: AccountId
    ) -> None:
        for it in await self.kept.of(tx, account) if self.kept else []:
            try:
                sealed = await self.objects.get(it.key)
            except NoSuchObject:
                continue
            jpeg = await self._open(tx, account, Purpose.EVIDENCE, sealed, it.context)
            if jpeg is not None:
                file.writestr(f"evidence/{it.name}.jpg", jpeg)

    async def _add_templates(
        self, tx: Tx, file: zipfile.ZipFile, account: AccountId
    ) -> None:
        for row in await store.references_of(tx, account):
            context = context_of(row["photo_id"], row["pack"])
            vector = await self._open(
                tx, account, Purpose.TEMPLATE, row["sealed"], context
            )
            if vector is not None:
                numbers = base64.b64encode(vector).decode()
                told = {"model": row["pack"], "float32_base64": numbers}
                file.writestr(f"template/{row['pack']}.json", json.dumps(told) + "\n")

    async def _open(
        self, tx: Tx, account: AccountId, purpose: Purpose, sealed: bytes, context: str
    ) -> bytes | None:
        """None for what cannot be read: nobody holds it any more."""
        try:
            return await self.house.envelopes.open(
                tx, account, purpose, sealed, context=context
            )
        except Unreadable:
            return None
