"""One's own account: contacts, preferences, password, devices."""

from uuid import UUID
from zoneinfo import available_timezones

from aiohttp import web
from pydantic import Field

from app.accounts.domain.attempts import AttemptOver, NoTriesLeft, Purpose
from app.accounts.domain.people import Identity
from app.accounts.service.logins import NoSuchLogin
from app.accounts.views.guard import COOKIE, LOGINS, for_everybody, forget_cookie
from app.accounts.views.kit import (
    CONTACTS,
    PASSWORDS,
    PEOPLE,
    attempt_of,
    begin_again,
    hold_attempt,
    page,
)
from app.accounts.views.login import FIELD_MAX, CodeForm
from app.accounts.views.second import NewPasswordForm
from app.accounts.views.staff_kit import REQUESTS
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.kernel.refusals import Refusal

ACCOUNT_PATH, CONFIRM_PATH = "/account", "/account/confirm"
DEVICES_PATH = "/account/devices"
LANGUAGES = {"en": "English"}
ZONES = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


class ContactForm(Body):
    contact: str = Field(max_length=FIELD_MAX)


class PreferencesForm(Body):
    language: str = Field(max_length=FIELD_MAX)
    time_zone: str = Field(max_length=FIELD_MAX)


class UnknownPreference(Refusal):
    """Choose a language and a time zone from the lists."""


def routes() -> list[web.RouteDef]:
    return [
        web.get(ACCOUNT_PATH, show_account),
        web.post("/account/email", ask_email),
        web.post("/account/mobile", ask_mobile),
        web.get(CONFIRM_PATH, show_confirm),
        web.post(CONFIRM_PATH, confirm),
        web.post("/account/confirm/again", send_again),
        web.post("/account/preferences", set_preferences),
        web.get("/account/password", show_password),
        web.post("/account/password", change_password),
        web.get(DEVICES_PATH, show_devices),
        web.post("/account/devices/end", end_all),
        web.post("/account/devices/{login}/end", end_one),
    ]


@for_everybody()
async def show_account(request: web.Request, who: Identity) -> web.StreamResponse:
    """Contacts, profile photo, language and time zone."""
    return await account_page(request, who)


async def account_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    person = await request.app[PEOPLE].get(who.account)
    return page(
        request,
        "account/profile.html",
        refusal,
        person=person,
        has_photo=await request.app[REQUESTS].has_photo(who.account),
        languages=LANGUAGES,
        zones=ZONES,
    )


@for_everybody(proved=True)
@takes(form=ContactForm)
async def ask_email(request: web.Request, who: Identity) -> web.StreamResponse:
    return await _ask(request, who, Purpose.CONFIRM_EMAIL)


@for_everybody(proved=True)
@takes(form=ContactForm)
async def ask_mobile(request: web.Request, who: Identity) -> web.StreamResponse:
    return await _ask(request, who, Purpose.CONFIRM_MOBILE)


async def _ask(
    request: web.Request, who: Identity, purpose: Purpose
) -> web.StreamResponse:
    try:
        form = await read_form(request, ContactForm)
        token = await request.app[CONTACTS].begin(who, purpose, form.contact)
    except Refusal as refusal:
        return await account_page(request, who, refusal)
    response = see_other(CONFIRM_PATH)
    hold_attempt(response, token)
    return response


@for_everybody()
async def show_confirm(request: web.Request, who: Identity) -> web.StreamResponse:
    """Where the code to a new contact is entered."""
    return await confirm_page(request, who)


async def confirm_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    try:
        _, contact = await request.app[CONTACTS].contact_of(attempt_of(request), who)
    except (AttemptOver, NoTriesLeft) as over:
        return begin_again(over, ACCOUNT_PATH)
    return page(request, "account/confirm.html", refusal, contact=contact)


@for_everybody()
@takes(form=CodeForm)
@form_for(confirm_page, begins=ACCOUNT_PATH)
async def confirm(request: web.Request, who: Identity) -> web.StreamResponse:
    form = await read_form(request, CodeForm)
    await request.app[CONTACTS].confirm(attempt_of(request), form.code, who)
    return see_other(f"{ACCOUNT_PATH}?said=confirmed")


@for_everybody()
@form_for(confirm_page, begins=ACCOUNT_PATH)
async def send_again(request: web.Request, who: Identity) -> web.StreamResponse:
    await request.app[CONTACTS].send_again(attempt_of(request), who)
    return see_other(CONFIRM_PATH)


@for_everybody()
@takes(form=PreferencesForm)
@form_for(account_page)
async def set_preferences(request: web.Request, who: Identity) -> web.StreamResponse:
    form = await read_form(request, PreferencesForm)
    if form.language not in LANGUAGES or form.time_zone not in ZONES:
        raise UnknownPreference
    await request.app[PEOPLE].set_preferences(
        who.account, form.language, form.time_zone
    )
    return see_other(f"{ACCOUNT_PATH}?said=saved")


@for_everybody(proved=True)
async def show_password(request: web.Request, _: Identity) -> web.StreamResponse:
    """Where a new password is chosen."""
    return page(request, "account/password.html")


@for_everybody(proved=True)
@takes(form=NewPasswordForm)
async def change_password(request: web.Request, who: Identity) -> web.StreamResponse:
    """Ends every other login of this account."""
    try:
        form = await read_form(request, NewPasswordForm)
        await request.app[PASSWORDS].change(who, form.password)
    except Refusal as refusal:
        return page(request, "account/password.html", refusal)
    return see_other(f"{ACCOUNT_PATH}?said=changed")


@for_everybody()
async def show_devices(request: web.Request, who: Identity) -> web.StreamResponse:
    """Where this account is logged in, and the means to end it."""
    logins = await request.app[LOGINS].list_open(who.account)
    return page(request, "account/devices.html", logins=logins, current=who.login)


@for_everybody()
async def end_one(request: web.Request, who: Identity) -> web.StreamResponse:
    try:
        login = UUID(request.match_info["login"])
    except ValueError as error:
        raise NoSuchLogin from error
    await request.app[LOGINS].end(who.account, login)
    return see_other(f"{DEVICES_PATH}?said=one")


@for_everybody()
async def end_all(request: web.Request, who: Identity) -> web.StreamResponse:
    """This one too: a full log-out."""
    await request.app[LOGINS].end_all(who.account)
    response = see_other("/login?said=ended")
    forget_cookie(response, COOKIE)
    return response
