"""Taking and giving back money: a port, and the providers behind it."""

from app.adapters.payments.port import (
    BadSignature,
    Captured,
    Failed,
    PayPage,
    Provider,
    ProviderAway,
    RefundIs,
    RefundRefused,
)

__all__ = [
    "BadSignature",
    "Captured",
    "Failed",
    "PayPage",
    "Provider",
    "ProviderAway",
    "RefundIs",
    "RefundRefused",
]
