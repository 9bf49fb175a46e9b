"""Importing a roster: checked first, then all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.accounts.domain.people import Role
from app.accounts.domain.photos import PhotoUnusable, require_photo
from app.accounts.domain.roster import RosterLine, RosterProblem, Sheet
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.service.photos import Photos
from app.accounts.store import roster as store
from app.adapters.audit import Act
from app.adapters.db import Row
from app.kernel.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterReport:
    """How many students are new, changed, the same; `kept`: of how many a contact that
    they confirmed themselves was not overwritten. With problems nothing is imported."""

    dry_run: bool
    new: int
    changed: int
    same: int
    kept: int
    photos: int
    problems: list[RosterProblem]
    problem_count: int
    ignored: list[str]


class Roster:
    def __init__(self, gatehouse: Gatehouse) -> None:
        self._house = gatehouse
        self._photos = Photos(gatehouse.db, gatehouse.clock, gatehouse.envelopes)

    async def take(
        self,
        sheet: Sheet,
        photos: Mapping[str, bytes],
        by: AccountId | None,
        *,
        dry_run: bool,
    ) -> RosterReport:
        """`photos` by SRN. The same roster again changes nothing."""
        async with self._house.db.transaction() as tx:
            await store.lock(tx)
            known = await store.read(tx, [line.srn for line in sheet.lines])
            _check_people(sheet, known)
            _check_photos(sheet, photos, known)
            new = [it for it in sheet.lines if it.srn not in known]
            there = [it for it in sheet.lines if it.srn in known]
            changed = [it for it in there if _differs(it, known[it.srn])]
            report = RosterReport(
                dry_run=dry_run,
                new=len(new),
                changed=len(changed),
                same=len(there) - len(changed),
                kept=sum(_is_kept(it, known[it.srn]) for it in there),
                photos=len(photos),
                problems=sheet.problems,
                problem_count=sheet.problem_count,
                ignored=sheet.ignored,
            )
            if sheet.problems or dry_run:
                return report
            await store.insert(tx, new, self._house.clock.now())
            await store.update(tx, changed)
            accounts = await store.accounts(tx, list(photos))
            await self._house.trail.write(tx, self._act(report, by))
        for srn, jpeg in photos.items():
            await self._photos.set_photo(accounts[srn], jpeg)
        return report

    def _act(self, report: RosterReport, by: AccountId | None) -> Act:
        return Act(
            at=self._house.clock.now(),
            by=by,
            what="roster.imported",
            details={
                "new": report.new,
                "changed": report.changed,
                "photos": report.photos,
            },
        )


def _check_people(sheet: Sheet, known: Mapping[str, Row]) -> None:
    for line in sheet.lines:
        if line.srn in known and known[line.srn]["role"] != Role.STUDENT:
            detail = f"{line.srn} belongs to a member of staff."
            sheet.find(line.number, "srn", "not_a_student", detail)


def _check_photos(
    sheet: Sheet, photos: Mapping[str, bytes], known: Mapping[str, Row]
) -> None:
    listed = {line.srn: line.number for line in sheet.lines}
    for srn, jpeg in photos.items():
        if srn not in listed:
            detail = f"There is a photo {srn}.jpg, but no such SRN in this roster."
            sheet.find(0, "photo", "unknown_photo", detail)
            continue
        try:
            require_photo(jpeg)
        except PhotoUnusable as error:
            sheet.find(listed[srn], "photo", "bad_photo", error.message)


def _differs(line: RosterLine, row: Row) -> bool:
    if line.name != row["name"]:
        return True
    for column, given in (("email", line.email), ("mobile", line.mobile)):
        confirmed = row[f"{column}_confirmed"]
        if given is not None and not confirmed and given != row[column]:
            return True
    return False


def _is_kept(line: RosterLine, row: Row) -> bool:
    return any(
        row[f"{column}_confirmed"] and given is not None and given != row[column]
        for column, given in (("email", line.email), ("mobile", line.mobile))
    )
