"""The data map: every table, whether it is about a person, and what erasure does.

A test holds it against the schema, and docs/privacy.md against it: a table that is not
here cannot be added.
"""

from dataclasses import dataclass
from enum import StrEnum

_SITTINGS = "SELECT sitting_id FROM sitting WHERE account_id = $1"
_LOOKS = f"SELECT look_id FROM look WHERE sitting_id IN ({_SITTINGS})"
OWN = "account_id = $1"
OF_SITTING = f"sitting_id IN ({_SITTINGS})"
OF_INCIDENT = "incident_id IN (SELECT incident_id FROM incident WHERE account_id = $1)"
OF_ENROLMENT = (
    "enrolment_id IN (SELECT enrolment_id FROM enrolment WHERE account_id = $1)"
)
_ORDERS = "SELECT order_id FROM test_order WHERE account_id = $1"
OF_ORDER = f"order_id IN ({_ORDERS})"
OF_PAYMENT = f"payment_id IN (SELECT payment_id FROM payment WHERE {OF_ORDER})"
OF_EXAM = "exam_id IN (SELECT exam_id FROM exam WHERE account_id = $1)"
OF_LOOK = f"look_id IN ({_LOOKS})"


class Fate(StrEnum):
    """At erasure. Stays: under an account that names nobody any more."""

    GOES = "goes"
    STAYS = "stays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """`of`: which rows are about the account $1. `hidden`: columns an export leaves
    out besides every column of bytes: secrets, and what would help to deceive."""

    table: str
    of: str = OWN
    fate: Fate = Fate.GOES
    hidden: tuple[str, ...] = ()


HOLDINGS = (
    # In an order in which they can be deleted.
    Holding(table="look_picture", of=OF_LOOK),
    Holding(table="evidence"),
    Holding(table="incident_appeal"),
    Holding(table="capture", of=OF_ENROLMENT),
    Holding(table="enrolment", hidden=("decided_by",)),
    Holding(table="reference"),
    Holding(table="data_key"),
    Holding(table="photo_request"),
    Holding(table="profile_photo"),
    Holding(table="registration"),
    Holding(table="note"),
    Holding(table="topic_progress"),
    Holding(table="outbox", of="about = $1"),
    Holding(table="attempt"),
    Holding(table="lockout"),
    Holding(table="reset_link"),
    Holding(table="login"),
    Holding(table="device"),
    Holding(table="totp"),
    Holding(table="passkey"),
    Holding(table="recovery_code"),
    Holding(table="password_before", hidden=("password_hash",)),
    Holding(table="sitting_message", of=OF_SITTING, hidden=("sent_by",)),
    Holding(table="live_view", of=OF_SITTING, hidden=("viewed_by",)),
    Holding(table="sign", of=OF_SITTING, hidden=("sign",)),
    # How somebody behaved, which no grade needs.
    Holding(table="exam_event", of=OF_EXAM),
    Holding(table="answered"),
    Holding(table="waiting"),
    # Why somebody needs more time may be an illness.
    Holding(table="accommodation", hidden=("granted_by",)),
    # It has the name in it: who erases it keeps the signed file, which stands alone.
    Holding(table="certificate"),
    Holding(table="account", fate=Fate.STAYS, hidden=("password_hash",)),
    Holding(table="consent", fate=Fate.STAYS),
    Holding(table="elective", fate=Fate.STAYS),
    Holding(
        table="sitting",
        fate=Fate.STAYS,
        hidden=("risk", "doubt", "doubt_from", "random_per_hour"),
    ),
    Holding(table="sitting_seed", of=OF_SITTING, fate=Fate.STAYS),
    Holding(table="stretch", fate=Fate.STAYS),
    Holding(table="look", of=OF_SITTING, fate=Fate.STAYS, hidden=("finding",)),
    Holding(table="reading", of=OF_SITTING, fate=Fate.STAYS),
    Holding(table="incident", fate=Fate.STAYS, hidden=("reviewer", "kind")),
    Holding(table="incident_part", of=OF_INCIDENT, fate=Fate.STAYS, hidden=("kind",)),
    # Whose the other incident is, is not the student's to know.
    Holding(
        table="incident_twin", of=OF_INCIDENT, fate=Fate.STAYS, hidden=("twin_id",)
    ),
    Holding(table="incident_stretch", of=OF_INCIDENT, fate=Fate.STAYS),
    Holding(
        table="incident_decision",
        of=OF_INCIDENT,
        fate=Fate.STAYS,
        hidden=("decided_by",),
    ),
    Holding(table="device_check", fate=Fate.STAYS),
    Holding(table="correction", fate=Fate.STAYS),
    Holding(table="statement_sent", fate=Fate.STAYS),
    # Books are kept as long as the law of taxes says, under an account without a name.
    Holding(table="seat", fate=Fate.STAYS, hidden=("marked_by",)),
    Holding(table="test_order", fate=Fate.STAYS),
    Holding(table="payment", of=OF_ORDER, fate=Fate.STAYS),
    Holding(table="refund", of=OF_PAYMENT, fate=Fate.STAYS),
    # A test that was sat can be graded again, and a certificate proved.
    Holding(table="exam", fate=Fate.STAYS, hidden=("held_by",)),
    Holding(table="exam_question", of=OF_EXAM, fate=Fate.STAYS),
    Holding(table="exam_answer", of=OF_EXAM, fate=Fate.STAYS),
    Holding(table="exam_grade", of=OF_EXAM, fate=Fate.STAYS),
    Holding(table="exam_ruling", of=OF_EXAM, fate=Fate.STAYS, hidden=("ruled_by",)),
    Holding(table="erasure", fate=Fate.STAYS),
    Holding(table="audit_event", of="whom = $1 OR by = $1", fate=Fate.STAYS),
)

OTHERS = frozenset(
    {
        *("audit_head", "migration", "retention_report"),
        *("module", "study_set", "topic", "topic_version"),
        *("centre", "slot"),
        *("sandbox_order", "sandbox_payment", "sandbox_refund"),
        *("question", "question_version", "question_file", "bank_import", "blueprint"),
        *("content_file", "content_import", "notice", "portal_window"),
    }
)
"""Tables about nobody; `made_by` in them is staff."""
