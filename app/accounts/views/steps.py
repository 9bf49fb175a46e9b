"""Forms of coming in: what a refusal shows, and where an attempt that is over goes."""

from collections.abc import Awaitable, Callable
from functools import wraps

from aiohttp import web

from app.accounts.domain.attempts import AttemptOver, NoTriesLeft
from app.accounts.domain.people import Identity
from app.accounts.views.guard import LOGIN_PATH, Guarded
from app.accounts.views.kit import begin_again, page
from app.adapters.bodies import read_fields
from app.adapters.http import Handler
from app.adapters.tasks import not_sooner_than
from app.kernel.refusals import Refusal

Shows = Callable[[web.Request, Refusal | None], Awaitable[web.StreamResponse]]
ShowsTo = Callable[
    [web.Request, Identity, Refusal | None], Awaitable[web.StreamResponse]
]
TYPED_MAX = 254
EVEN_S = 0.05
"""Several times what the work takes."""


def form(
    shows: Shows, *, begins: str = LOGIN_PATH, even: bool = False
) -> Callable[[Handler], Handler]:
    """A refusal `shows` the page again, with its words; an attempt that is over goes
    to where it `begins`. `even`: every answer takes the same time."""

    def decorate(handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except (AttemptOver, NoTriesLeft) as over:
                return begin_again(over, begins)
            except Refusal as refusal:
                return await shows(request, refusal)

        @wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            if not even:
                return await answer(request)
            # Reading a row that is there takes some microseconds more than none.
            async with not_sooner_than(EVEN_S):
                return await answer(request)

        return guarded

    return decorate


def shows(template: str, *kept: str) -> Shows:
    """Shows the template; what was typed into the fields `kept` stays."""

    async def show(
        request: web.Request, refusal: Refusal | None = None
    ) -> web.StreamResponse:
        return page(request, template, refusal, **await _typed(request, kept))

    return show


async def _typed(request: web.Request, kept: tuple[str, ...]) -> dict[str, str]:
    if request.method != "POST":
        return dict.fromkeys(kept, "")
    try:
        fields = await read_fields(request)
    except Refusal:
        return dict.fromkeys(kept, "")
    return {name: str(fields.get(name, ""))[:TYPED_MAX] for name in kept}


def form_for(
    shows: ShowsTo, *, begins: str = LOGIN_PATH
) -> Callable[[Guarded], Guarded]:
    """The same for somebody who is logged in."""

    def decorate(handler: Guarded) -> Guarded:
        @wraps(handler)
        async def guarded(request: web.Request, who: Identity) -> web.StreamResponse:
            try:
                return await handler(request, who)
            except (AttemptOver, NoTriesLeft) as over:
                return begin_again(over, begins)
            except Refusal as refusal:
                return await shows(request, who, refusal)

        return guarded

    return decorate
