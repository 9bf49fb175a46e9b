"""What the staff's pages share."""

from uuid import UUID

from aiohttp import web

from app.accounts.domain.people import Role
from app.accounts.service.captures import Captures
from app.accounts.service.enrolments import Enrolments
from app.accounts.service.helpdesk import Helpdesk
from app.accounts.service.people import NoSuchPerson
from app.accounts.service.requests import NoSuchRequest, Requests
from app.accounts.service.roles import Roles
from app.accounts.service.roster import Roster
from app.kernel.ids import AccountId

CAPTURES = web.AppKey("captures", Captures)
ENROLMENTS = web.AppKey("enrolments", Enrolments)
HELPDESK = web.AppKey("helpdesk", Helpdesk)
REQUESTS = web.AppKey("requests", Requests)
ROLES = web.AppKey("roles", Roles)
ROSTER = web.AppKey("roster", Roster)
HELPERS = (Role.HELPDESK, Role.ADMIN)


def account_in(request: web.Request) -> AccountId:
    """Of the path. Raises NoSuchPerson."""
    try:
        return AccountId(UUID(request.match_info["account"]))
    except ValueError as error:
        raise NoSuchPerson from error


def request_in(request: web.Request) -> UUID:
    """Of the path. Raises NoSuchRequest."""
    try:
        return UUID(request.match_info["request"])
    except ValueError as error:
        raise NoSuchRequest from error


def masked(contact: str | None) -> str:
    """'+919876543210' -> '••• 210', 'asha@example.org' -> 'a•••@example.org'."""
    if not contact:
        return "none"
    name, at, domain = contact.partition("@")
    return f"{name[0]}•••@{domain}" if at else f"••• {contact[-3:]}"
