"""Second factors and passkeys, as their owner manages them."""

from aiohttp import web
from pydantic import Field
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from app.accounts.domain.people import Identity
from app.accounts.service.factors import Factors
from app.accounts.service.passkeys import NoSuchPasskey, Passkeys
from app.accounts.views.guard import for_everybody
from app.accounts.views.kit import page
from app.accounts.views.login import FIELD_MAX, CodeForm
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form, read_json
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.kernel.refusals import Refusal

FACTORS = web.AppKey("factors", Factors)
PASSKEYS = web.AppKey("passkeys", Passkeys)
SECURITY_PATH = "/account/security"
TOTP_PATH = "/account/security/totp"


class NameForm(Body):
    name: str = Field(max_length=FIELD_MAX)


class NewPasskey(Body):
    """`credential` is what the browser's `toJSON()` gives."""

    credential: dict[str, object]
    name: str = Field("", max_length=FIELD_MAX)


def routes() -> list[web.RouteDef]:
    return [
        web.get(SECURITY_PATH, show_security),
        web.post(TOTP_PATH, begin_totp),
        web.get(TOTP_PATH, show_totp),
        web.post(f"{TOTP_PATH}/confirm", confirm_totp),
        web.post(f"{TOTP_PATH}/remove", remove_totp),
        web.post("/account/security/recovery", new_recovery_codes),
        web.post("/account/security/passkeys/{id}/name", rename_passkey),
        web.post("/account/security/passkeys/{id}/remove", remove_passkey),
        web.post("/api/account/passkeys/options", passkey_options),
        web.post("/api/account/passkeys", add_passkey),
    ]


@for_everybody()
async def show_security(request: web.Request, who: Identity) -> web.StreamResponse:
    """Passkeys, authenticator app and recovery codes."""
    return await security_page(request, who)


async def security_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    overview = await request.app[FACTORS].overview(who.account)
    passkeys = [(it, bytes_to_base64url(it.credential)) for it in overview.passkeys]
    return page(
        request,
        "account/security.html",
        refusal,
        overview=overview,
        passkeys=passkeys,
    )


@for_everybody(proved=True)
@form_for(security_page)
async def begin_totp(request: web.Request, who: Identity) -> web.StreamResponse:
    await request.app[FACTORS].begin_totp(who)
    return see_other(TOTP_PATH)


@for_everybody(proved=True)
async def show_totp(request: web.Request, who: Identity) -> web.StreamResponse:
    """The picture that an authenticator app reads, until it is confirmed."""
    return await _totp_page(request, who)


async def _totp_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    try:
        totp = await request.app[FACTORS].show_totp(who)
    except Refusal as gone:
        return await security_page(request, who, gone)
    return page(request, "account/totp.html", refusal, totp=totp)


@for_everybody(proved=True)
@takes(form=CodeForm)
async def confirm_totp(request: web.Request, who: Identity) -> web.StreamResponse:
    """In force; shows the recovery codes once."""
    try:
        form = await read_form(request, CodeForm)
        codes = await request.app[FACTORS].confirm_totp(who, form.code)
    except Refusal as refusal:
        return await _totp_page(request, who, refusal)
    return page(request, "account/recovery.html", codes=codes)


@for_everybody(proved=True)
@form_for(security_page)
async def remove_totp(request: web.Request, who: Identity) -> web.StreamResponse:
    await request.app[FACTORS].remove_totp(who)
    return see_other(f"{SECURITY_PATH}?said=saved")


@for_everybody(proved=True)
async def new_recovery_codes(request: web.Request, who: Identity) -> web.StreamResponse:
    """Makes the former ones worthless, and shows the new ones once."""
    codes = await request.app[FACTORS].new_recovery_codes(who)
    return page(request, "account/recovery.html", codes=codes)


@for_everybody(proved=True)
@takes(form=NameForm)
async def rename_passkey(request: web.Request, who: Identity) -> web.StreamResponse:
    form = await read_form(request, NameForm)
    await request.app[PASSKEYS].rename(who, _credential(request), form.name)
    return see_other(f"{SECURITY_PATH}?said=saved")


@for_everybody(proved=True)
async def remove_passkey(request: web.Request, who: Identity) -> web.StreamResponse:
    await request.app[PASSKEYS].remove(who, _credential(request))
    return see_other(f"{SECURITY_PATH}?said=saved")


@for_everybody(proved=True)
async def passkey_options(request: web.Request, who: Identity) -> web.StreamResponse:
    """The options for `navigator.credentials.create`."""
    return web.json_response(await request.app[PASSKEYS].begin(who))


@for_everybody(proved=True)
@takes(body=NewPasskey)
async def add_passkey(request: web.Request, who: Identity) -> web.StreamResponse:
    body = await read_json(request, NewPasskey)
    await request.app[PASSKEYS].add(who, body.credential, body.name)
    return web.Response(status=204)


def _credential(request: web.Request) -> bytes:
    try:
        return base64url_to_bytes(request.match_info["id"])
    except ValueError as error:
        raise NoSuchPasskey from error
