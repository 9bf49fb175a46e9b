"""The help page. Its numbers are those of this institution's policy."""

from dataclasses import dataclass

from aiohttp import web

from app.accounts.domain.people import Role
from app.accounts.service.consents import current_notice
from app.accounts.views.guard import WHO
from app.accounts.views.kit import page
from app.proctoring.domain.check_words import LINES
from app.proctoring.domain.policy import Policy
from app.proctoring.service.checks import Last
from app.proctoring.views.checks import CHECKS

NEEDS = web.AppKey("needs", Policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A line of the device check: what it wants to see, and how to mend it."""

    title: str
    wants: str
    mend: str


def routes() -> list[web.RouteDef]:
    return [web.get("/help", show_help)]


async def show_help(request: web.Request) -> web.StreamResponse:
    """What one needs, and what to do when something does not work."""
    policy = request.app[NEEDS]
    return page(
        request,
        "help.html",
        policy=policy,
        last=await _last_check(request),
        lines=explained(policy),
        consent=current_notice(),
    )


async def _last_check(request: web.Request) -> Last | None:
    """What this student's newest device check saw."""
    who = request.get(WHO)
    if who is None or who.role is not Role.STUDENT:
        return None
    return await request.app[CHECKS].last(who.account)


def explained(policy: Policy) -> list[Explained]:
    """Where the check says what it found, this says what it should find."""
    speed = f"At least {policy.speed_least_mbit:g} Mbit/s, measured from this page"
    wanted = {
        "cores": f"At least {policy.cores_least} processor cores.",
        "memory": f"At least {policy.memory_least_gb:g} GB of memory.",
        "speed_down": f"{speed} with a short download.",
        "speed_up": f"{speed} with a short upload.",
        "path": "Your picture reaches us, directly or by a relay.",
        "browser": "A browser that we have tried and that is not too old.",
    }
    return [
        Explained(title=title, wants=wants or wanted[code], mend=mend)
        for code, (title, wants, mend) in LINES.items()
    ]
