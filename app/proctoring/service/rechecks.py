"""Which check of a device a test rests on; a later one that fails throws nobody out."""

from app.adapters.db import Tx
from app.exams.domain.exams import Exam, ExamState
from app.kernel.ids import AccountId, CheckId
from app.kernel.refusals import Refusal
from app.proctoring.domain.watch import Watch
from app.proctoring.service.sittings import CheckedDevices
from app.proctoring.store import checks as store


async def checked(
    checks: CheckedDevices | None, account: AccountId, device: bytes | None
) -> CheckId | Refusal | None:
    """The refusal itself, as a test that has begun here needs no new check."""
    if checks is None:
        return None
    try:
        return await checks.require(account, device)
    except Refusal as refusal:
        return refusal


async def check_of(
    tx: Tx,
    exam: Exam,
    watch: Watch | None,
    found: CheckId | Refusal | None,
    device: bytes | None,
) -> CheckId | None:
    """Of the device that opens the test. Raises the refusal that was found, unless the
    test has begun on this very device."""
    if not isinstance(found, Refusal):
        return found
    if exam.state is ExamState.READY or watch is None or watch.exam != exam.exam:
        raise found
    if watch.check is None or await store.device_of(tx, watch.check) != device:
        raise found
    return watch.check
