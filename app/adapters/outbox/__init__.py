"""Letters by e-mail and SMS: posted in a transaction, sent by couriers."""

from app.adapters.outbox.letters import Courier, Letter, TryLater, Undeliverable
from app.adapters.outbox.outbox import Outbox

__all__ = ["Courier", "Letter", "Outbox", "TryLater", "Undeliverable"]
