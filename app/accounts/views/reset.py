"""A forgotten password: ask for a link, follow it, choose a new one."""

from aiohttp import web
from pydantic import Field

from app.accounts.views.kit import RESETS, browser_of, page
from app.accounts.views.login import FIELD_MAX
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.kernel.refusals import Refusal


class AskForm(Body):
    srn: str = Field(max_length=FIELD_MAX)


class ChooseForm(Body):
    token: str = Field(max_length=FIELD_MAX)
    password: str = Field(max_length=FIELD_MAX)


def routes() -> list[web.RouteDef]:
    return [
        web.get("/forgot", show_ask),
        web.post("/forgot", ask),
        web.get("/forgot/sent", show_sent),
        web.get("/reset", show_choose),
        web.post("/reset", choose),
    ]


async def show_ask(request: web.Request) -> web.StreamResponse:
    """SRN, for a link by e-mail."""
    return page(request, "forgot/ask.html", srn="")


@takes(form=AskForm)
async def ask(request: web.Request) -> web.StreamResponse:
    srn = ""
    try:
        form = await read_form(request, AskForm)
        srn = form.srn
        await request.app[RESETS].ask(srn, browser_of(request))
    except Refusal as refusal:
        return page(request, "forgot/ask.html", refusal, srn=srn)
    return see_other("/forgot/sent")


async def show_sent(request: web.Request) -> web.StreamResponse:
    """The same for everybody: look into your e-mail."""
    return page(request, "forgot/sent.html")


async def show_choose(request: web.Request) -> web.StreamResponse:
    """The link's token stands behind the '#': it reaches no server's log."""
    return page(request, "forgot/choose.html", token="")


@takes(form=ChooseForm)
async def choose(request: web.Request) -> web.StreamResponse:
    token = ""
    try:
        form = await read_form(request, ChooseForm)
        token = form.token
        await request.app[RESETS].choose(token, form.password)
    except Refusal as refusal:
        return page(request, "forgot/choose.html", refusal, token=token)
    return see_other("/login?said=password")
