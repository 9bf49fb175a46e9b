"""How long things are kept that have an end; the rest is said in docs/privacy.md."""

from pydantic import BaseModel, Field


class RetentionPolicy(BaseModel, frozen=True):
    """Days; `SPOM_RETENTION_LOGINS_DAYS` etc. The consent text promises the first
    three: shorter is allowed, longer is not."""

    template_days: int = Field(30, ge=0, le=30)
    """After the end of the programme."""
    evidence_days: int = Field(30, ge=0, le=30)
    """After the decision."""
    evidence_max_days: int = Field(180, ge=1, le=180)
    """After it was taken, decided or not."""
    logins_days: int = Field(365, ge=30, le=400)
    """Devices and failed log-ins that were not seen again."""
    requests_days: int = Field(365, ge=30)
    """Registrations and requests for another photo, after they were decided."""
    captures_days: int = Field(30, ge=1, le=30)
    """Pictures of a device check that the helpdesk has not compared."""
    views_days: int = Field(365, ge=30)
    """Who looked live when and why, after it ended; the trail keeps it for good."""
    events_days: int = Field(180, ge=1, le=180)
    """What a browser told during a test, after its end: as long as evidence at most."""
    orphans_hours: int = Field(24, ge=1)
    """An object that no row tells of may be one that is being kept just now."""
