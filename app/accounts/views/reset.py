"""A forgotten password: ask for a link, follow it, choose a new one."""

from aiohttp import web
from pydantic import Field

from app.accounts.views.kit import RESETS, browser_of, page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.steps import form, shows
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes

ask_page = shows("forgot/ask.html", "srn")
choose_page = shows("forgot/choose.html", "token")


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
    return await ask_page(request, None)


@takes(form=AskForm)
@form(ask_page, even=True)
async def ask(request: web.Request) -> web.StreamResponse:
    """The same for everybody, known or not."""
    given = await read_form(request, AskForm)
    await request.app[RESETS].ask(given.srn, browser_of(request))
    return see_other("/forgot/sent")


async def show_sent(request: web.Request) -> web.StreamResponse:
    """The same for everybody: look into your e-mail."""
    return page(request, "forgot/sent.html")


async def show_choose(request: web.Request) -> web.StreamResponse:
    """The link's token stands behind the '#': it reaches no server's log."""
    return await choose_page(request, None)


@takes(form=ChooseForm)
@form(choose_page)
async def choose(request: web.Request) -> web.StreamResponse:
    """Ends every login of the account."""
    given = await read_form(request, ChooseForm)
    await request.app[RESETS].choose(given.token, given.password)
    return see_other("/login?said=password")
