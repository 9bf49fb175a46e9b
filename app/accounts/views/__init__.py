"""Pages of logging in, of one's own account, and of the staff who help."""

from aiohttp import web

from app.accounts.views import (
    account,
    activate,
    login,
    passkeys,
    reset,
    second,
    security,
)


def routes() -> list[web.RouteDef]:
    pages = (login, second, passkeys, activate, reset, account, security)
    return [route for views in pages for route in views.routes()]
