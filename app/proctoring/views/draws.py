"""The rate of one student, and the record that chance alone planned the looks."""

from uuid import UUID

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.service.gatehouse import Gatehouse
from app.accounts.views.guard import for_role
from app.adapters.bodies import Body, read_json
from app.adapters.openapi import takes
from app.kernel.ids import SittingId
from app.proctoring.domain.proving import Line
from app.proctoring.service.desk import Desk, NoSuchSitting
from app.proctoring.service.proofs import Proofs
from app.proctoring.service.rates import Rates

RATES = web.AppKey("rates", Rates)
PROOFS = web.AppKey("proofs", Proofs)
HOW = (
    "u = first 53 bits of HMAC-SHA256(seed, 'why:what:number') / 2**53. interval: due "
    "= drawn_at + min_s + (max_s - min_s) * u(time). random: due = drawn_at + floor_s "
    "- (3600 / per_hour - floor_s) * ln(1 - u(time)); a turn of the head if u(share) < "
    "share: left, right or up by u(turn) * 3. commitment = SHA-256(seed)."
)


class Rate(Body):
    """Random looks an hour for this sitting, and why."""

    per_hour: float
    reason: str


def wire(app: web.Application, house: Gatehouse, desk: Desk) -> None:
    app[RATES] = Rates(desk, house.trail)
    app[PROOFS] = Proofs(house)


def routes() -> list[web.RouteDef]:
    return [
        web.post("/api/wall/{id}/rate", set_rate),
        web.get("/api/sittings/{id}/draws", show_draws),
    ]


@for_role(Role.PROCTOR)
@takes(body=Rate)
async def set_rate(request: web.Request, who: Identity) -> web.StreamResponse:
    """Looks at one student more or less often by chance, until the sitting ends."""
    body = await read_json(request, Rate)
    await request.app[RATES].set_rate(
        who.account, _sitting(request), body.per_hour, body.reason
    )
    return web.Response(status=204)


@for_role(Role.STUDENT)
async def show_draws(request: web.Request, who: Identity) -> web.StreamResponse:
    """The commitment of a sitting; once it has ended its seed and every draw."""
    found = await request.app[PROOFS].of(_sitting(request), owner=who.account)
    commitment = found.sitting.commitment
    return web.json_response(
        {
            "sitting": str(found.sitting.sitting),
            "commitment": commitment.hex() if commitment else None,
            "seed": found.seed.hex() if found.seed else None,
            "holds": found.proof.holds if found.proof else None,
            "how": HOW,
            "draws": [_line(it) for it in found.proof.lines] if found.proof else [],
        }
    )


def _line(line: Line) -> dict[str, object]:
    look, drawn = line.look, line.look.drawn
    return {
        "why": look.why,
        "number": drawn.number if drawn else None,
        "drawn_at": drawn.at.isoformat() if drawn else None,
        "rule": dict(drawn.rule) if drawn else {},
        "due_at": line.due_at.isoformat() if line.due_at else None,
        "ask": line.ask,
        "looked_at": look.asked_at.isoformat() if look.asked_at else None,
        "as_drawn": line.problem is None,
    }


def _sitting(request: web.Request) -> SittingId:
    try:
        return SittingId(UUID(request.match_info["id"]))
    except ValueError as error:
        raise NoSuchSitting from error
