"""Typed identifiers. A SittingId is never passed where an AccountId is meant."""

from typing import NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
SittingId = NewType("SittingId", UUID)
LookId = NewType("LookId", UUID)
IncidentId = NewType("IncidentId", UUID)
CheckId = NewType("CheckId", UUID)
PhotoId = NewType("PhotoId", UUID)
ViewId = NewType("ViewId", UUID)
NOBODY = AccountId(UUID(int=0))
"""An account that nobody has."""
ModuleCode = NewType("ModuleCode", str)
CentreId = NewType("CentreId", UUID)
SlotId = NewType("SlotId", UUID)
SeatId = NewType("SeatId", UUID)
OrderId = NewType("OrderId", UUID)
PaymentId = NewType("PaymentId", UUID)
RefundId = NewType("RefundId", UUID)
ExamId = NewType("ExamId", UUID)
QuestionId = NewType("QuestionId", UUID)
CertificateId = NewType("CertificateId", UUID)
