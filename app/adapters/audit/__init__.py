"""The trail: what people did, hash-chained and append-only."""

from app.adapters.audit.trail import Act, Trail

__all__ = ["Act", "Trail"]
