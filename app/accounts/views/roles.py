"""Staff and their roles, for admins."""

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import STAFF, Identity, Role
from app.accounts.service.roles import Invitation
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.staff_kit import ROLES, account_in
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.kernel.refusals import Refusal

ROLES_PATH = "/staff/roles"


class InviteForm(Body):
    srn: str = Field(max_length=FIELD_MAX)
    name: str = Field(max_length=FIELD_MAX)
    role: str = Field(max_length=FIELD_MAX)
    email: str = Field("", max_length=FIELD_MAX)
    mobile: str = Field("", max_length=FIELD_MAX)


class RoleForm(Body):
    role: Role


def routes() -> list[web.RouteDef]:
    return [
        web.get(ROLES_PATH, show_roles),
        web.post(ROLES_PATH, invite),
        web.post(f"{ROLES_PATH}/{{account}}", change_role),
    ]


@for_role(Role.ADMIN)
async def show_roles(request: web.Request, who: Identity) -> web.StreamResponse:
    """Everybody who is no student."""
    return await roles_page(request, who)


async def roles_page(
    request: web.Request, _: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    staff = await request.app[ROLES].staff()
    roles = sorted(STAFF)
    return page(request, "staff/roles.html", refusal, staff=staff, roles=roles)


@for_role(Role.ADMIN, proved=True)
@takes(form=InviteForm)
@form_for(roles_page)
async def invite(request: web.Request, who: Identity) -> web.StreamResponse:
    form = await read_form(request, InviteForm)
    invitation = Invitation(**form.model_dump())
    await request.app[ROLES].invite(who.account, invitation)
    return see_other(f"{ROLES_PATH}?said=invited")


@for_role(Role.ADMIN, proved=True)
@takes(form=RoleForm)
@form_for(roles_page)
async def change_role(request: web.Request, who: Identity) -> web.StreamResponse:
    """All logins of that person end."""
    form = await read_form(request, RoleForm)
    await request.app[ROLES].change(who, account_in(request), form.role)
    return see_other(f"{ROLES_PATH}?said=done")
