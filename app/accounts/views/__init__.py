"""Pages of logging in, of one's own account, and of the staff who help."""

from aiohttp import web

from app.accounts.views import (
    account,
    activate,
    consents,
    helpdesk,
    login,
    passkeys,
    requests,
    reset,
    roles,
    roster,
    second,
    security,
)

MIB = 1024 * 1024
ROOMY = {
    "/register": 3 * MIB,
    "/account/photo": 3 * MIB,
    "/staff/roster": 64 * MIB,
    "/api/roster": 64 * MIB,
}
"""Pages that take files: how many bytes their requests may have."""


def routes() -> list[web.RouteDef]:
    coming_in = (login, second, passkeys, activate, reset)
    staff = (helpdesk, requests, roster, roles)
    pages = (*coming_in, account, security, consents, *staff)
    return [route for views in pages for route in views.routes()]
