"""What has to be so before a sitting opens."""

from aiohttp import web

from app.accounts.domain.consents import CheckedBy
from app.accounts.views import consents
from app.kernel.ids import AccountId
from app.portals import views as portal_views
from app.portals.domain import Portal
from app.proctoring.service.sittings import Gate
from app.proctoring.views import pictures


def open_for_learning(app: web.Application) -> Gate:
    async def gate(_: AccountId) -> None:
        await app[portal_views.PORTALS].require_open(Portal.LEARNING)

    return gate


def recognisable(app: web.Application) -> Gate:
    """Consent first; then, where a machine compares, a photo it can compare with."""
    photos = app[pictures.PHOTOS]

    async def gate(account: AccountId) -> None:
        if await app[consents.CONSENTS].require(account) is CheckedBy.MACHINE:
            await photos.require_reference(account)

    return gate
