"""Till when a seat may be given up and what that costs, said before it is paid."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.booking.domain.policy import BookingPolicy
from app.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`free_till` and `late_till` are None where they are past already."""

    free_till: datetime | None
    late_till: datetime | None
    late_fee: Money


def rules_of(
    starts_at: datetime, fee: Money, now: datetime, policy: BookingPolicy
) -> Rules:
    free_till = starts_at - timedelta(days=policy.free_days)
    late_till = starts_at - timedelta(hours=policy.last_hours)
    minor = fee.minor * policy.late_fee_percent // 100
    return Rules(
        free_till=free_till if now < free_till else None,
        late_till=late_till if now < late_till else None,
        late_fee=Money(minor=minor, currency=fee.currency),
    )
