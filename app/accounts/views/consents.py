"""Consent: the page before the first use of a camera, and one's privacy page."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web
from pydantic import Field

from app.accounts.domain.consents import (
    CheckedBy,
    ConsentNeeded,
    Purpose,
    UnknownPurpose,
)
from app.accounts.domain.people import Identity, Role
from app.accounts.service.consents import KEYS_PATH, Consents
from app.accounts.views.guard import for_role, safe_next
from app.accounts.views.kit import browser_of, page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.staff_kit import HELPERS, account_in
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.adapters.signing import Signer
from app.kernel.ids import AccountId
from app.kernel.refusals import Refusal

CONSENTS = web.AppKey("consents", Consents)
SIGNER = web.AppKey("signer", Signer)
Withdrawn: TypeAlias = Callable[[AccountId], Awaitable[None]]
ON_WITHDRAWN: web.AppKey[Withdrawn] = web.AppKey("on_withdrawn")
"""What ends when a consent that is needed is gone: the student's open sitting."""
Warns: TypeAlias = Callable[[AccountId], Awaitable[str]]
WARNS: web.AppKey[Warns] = web.AppKey("warns_before_withdrawal")
"""What withdrawing would end just now that is no sitting alone; '' for nothing."""
ON_FORGET: web.AppKey[list[Withdrawn]] = web.AppKey("on_forget")
"""After every withdrawal: deletes what is kept of whoever does not agree any more.
Each looks at what stands, so that it can be repeated."""
PRIVACY_PATH = "/account/consent"
VERSION_MAX = 2**31 - 1


class ConsentForm(Body):
    """A box for each purpose; `version` of the text that was read."""

    version: int = Field(ge=1, le=VERSION_MAX)
    camera: bool = False
    biometrics: bool = False
    evidence: bool = False
    next: str = Field("/", max_length=FIELD_MAX)


class VersionForm(Body):
    version: int = Field(ge=1, le=VERSION_MAX)


class CheckingForm(Body):
    checked_by: CheckedBy


def routes() -> list[web.RouteDef]:
    return [
        web.get("/consent", show_consent),
        web.post("/consent", give_all),
        web.get(PRIVACY_PATH, show_privacy),
        web.get(f"{PRIVACY_PATH}/receipt", download_receipt),
        web.post(f"{PRIVACY_PATH}/wish-person", wish_person),
        web.post(f"{PRIVACY_PATH}/{{purpose}}/give", give_one),
        web.post(f"{PRIVACY_PATH}/{{purpose}}/withdraw", withdraw),
        web.post("/staff/people/{account}/checking", set_checking),
        web.get(KEYS_PATH, show_keys),
    ]


@for_role(Role.STUDENT)
async def show_consent(request: web.Request, who: Identity) -> web.StreamResponse:
    """Before a camera is used: what happens with it, point by point."""
    return await consent_page(request, who)


async def consent_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    found = await request.app[CONSENTS].overview(who.account)
    target = safe_next(request.query.get("next", "/"))
    return page(request, "account/consent.html", refusal, found=found, next=target)


@for_role(Role.STUDENT)
@takes(form=ConsentForm)
@form_for(consent_page)
async def give_all(request: web.Request, who: Identity) -> web.StreamResponse:
    """Keeps what was ticked, and goes on."""
    form = await read_form(request, ConsentForm)
    ticked = [it for it in Purpose if getattr(form, it)]
    consents, name = request.app[CONSENTS], browser_of(request).name
    await consents.give(who.account, ticked, form.version, name)
    await consents.require(who.account)
    return see_other(safe_next(form.next))


@for_role(Role.STUDENT)
async def show_privacy(request: web.Request, who: Identity) -> web.StreamResponse:
    """What one has agreed to; each point to give or withdraw."""
    return await privacy_page(request, who)


async def privacy_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    found = await request.app[CONSENTS].overview(who.account)
    warns = request.app.get(WARNS)
    warning = await warns(who.account) if warns else ""
    return page(request, "account/privacy.html", refusal, found=found, warning=warning)


@for_role(Role.STUDENT)
@takes(form=VersionForm)
@form_for(privacy_page)
async def give_one(request: web.Request, who: Identity) -> web.StreamResponse:
    form = await read_form(request, VersionForm)
    name = browser_of(request).name
    consents = request.app[CONSENTS]
    await consents.give(who.account, [_purpose(request)], form.version, name)
    return see_other(f"{PRIVACY_PATH}?said=saved")


@for_role(Role.STUDENT)
@form_for(privacy_page)
async def withdraw(request: web.Request, who: Identity) -> web.StreamResponse:
    """At once: the template is deleted, and an open sitting ends with its time kept."""
    await request.app[CONSENTS].withdraw(who.account, _purpose(request))
    await _end_without_consent(request, who.account)  # first: no picture comes after
    for forget in request.app[ON_FORGET]:
        await forget(who.account)
    return see_other(f"{PRIVACY_PATH}?said=saved")


async def _end_without_consent(request: web.Request, account: AccountId) -> None:
    """Looks at what stands, not at what changed: pressing again makes good what was
    cut off between the two."""
    try:
        await request.app[CONSENTS].require(account)
    except ConsentNeeded:
        await request.app[ON_WITHDRAWN](account)


@for_role(Role.STUDENT)
async def wish_person(request: web.Request, who: Identity) -> web.StreamResponse:
    """Asks the institution to have pictures checked by a person."""
    await request.app[CONSENTS].wish_person(who.account)
    return see_other(f"{PRIVACY_PATH}?said=wished")


@for_role(Role.STUDENT)
async def download_receipt(request: web.Request, who: Identity) -> web.StreamResponse:
    """What was agreed to and when, signed."""
    text = await request.app[CONSENTS].receipt(who.account)
    name = f"consent-receipt-{who.srn}.txt"
    return web.Response(
        body=text,
        content_type="text/plain",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{_plain(name)}"'},
    )


@for_role(*HELPERS, proved=True)
@takes(form=CheckingForm)
async def set_checking(request: web.Request, who: Identity) -> web.StreamResponse:
    """A student's pictures are compared by a person, or by the machine again."""
    form = await read_form(request, CheckingForm)
    account = account_in(request)
    await request.app[CONSENTS].set_checked_by(who, account, form.checked_by)
    await _end_without_consent(request, account)
    return see_other(f"/staff/people/{account}?said=done")


async def show_keys(request: web.Request) -> web.StreamResponse:
    """The public key of our signatures, as a JWK set (RFC 7517)."""
    return web.json_response({"keys": [request.app[SIGNER].jwk()]})


def _purpose(request: web.Request) -> Purpose:
    try:
        return Purpose(request.match_info["purpose"])
    except ValueError as error:
        raise UnknownPurpose from error


def _plain(name: str) -> str:
    return "".join(char for char in name if char.isalnum() or char in "-_.")
