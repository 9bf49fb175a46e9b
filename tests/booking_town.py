"""Centres and slots for the real application, students who are fit, and its forms."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from aiohttp import web

from app.adapters.db import Database
from app.booking.views.wiring import DESK, SEATS

MODULE = "CEL"


@dataclass
class Town:
    """Kochi by default, thirty days ahead."""

    app: web.Application
    database: Database

    def now(self) -> datetime:
        return self.app[DESK].clock.now()

    async def run(self, query: str, *arguments: object) -> None:
        async with self.database.transaction() as tx:
            await tx.execute(query, *arguments)

    async def value(self, query: str, *arguments: object) -> object:
        async with self.database.connection() as tx:
            return await tx.fetchval(query, *arguments)

    async def fit(self, srn: str, *modules: str, minutes: int = 2_400) -> None:
        """Their hours are confirmed: by a correction that two people made."""
        for module in modules or (MODULE,):
            correction = uuid4()
            await self.run(
                """INSERT INTO correction (correction_id, account_id, module_code,
                       seconds, reason, asked_by, asked_as, asked_at)
                   SELECT $1, s.account_id, $2, $3, 'Studied on paper', h.account_id,
                       'helpdesk', now()
                   FROM account s, account h WHERE s.srn = $4 AND h.srn = 'HELP1'""",
                correction,
                module,
                minutes * 60,
                srn,
            )
            await self.run(
                """UPDATE correction SET state = 'approved', decided_as = 'admin',
                       decided_by = (SELECT account_id FROM account
                                     WHERE srn = 'ADMIN1'),
                       decided_at = now() WHERE correction_id = $1""",
                correction,
            )

    async def centre(self, city: str = "Kochi", **given: object) -> UUID:
        centre = uuid4()
        await self.run(
            """INSERT INTO centre (centre_id, code, name, city, address, time_zone,
                   capacity, accessible, fee_minor, currency, made_at)
               VALUES ($1, $2, 'Institute', $3, '1 Main Road', $4, 100, 10, $5, $6,
                   now())""",
            centre,
            centre.hex[:10].upper(),
            city,
            given.get("zone", "Asia/Kolkata"),
            given.get("fee_minor"),
            given.get("currency"),
        )
        return centre

    async def slot(
        self, capacity: int = 1, centre: UUID | None = None, **given: float
    ) -> UUID:
        """`days` ahead at ten in the morning there; `accessible` seats of it."""
        centre = centre or await self.centre()
        zone = await self.value(
            "SELECT time_zone FROM centre WHERE centre_id = $1", centre
        )
        there = self.now().astimezone(ZoneInfo(str(zone)))
        starts = (there + timedelta(days=given.get("days", 30))).replace(
            hour=int(given.get("hour", 10)), minute=0, second=0, microsecond=0
        )
        slot = uuid4()
        await self.run(
            """INSERT INTO slot (slot_id, centre_id, day, starts_at, ends_at, opens_at,
                   closes_at, capacity, accessible, made_at)
               VALUES ($1, $2, $3, $4::timestamptz,
                   $4::timestamptz + interval '2 hours', $5,
                   $4::timestamptz - interval '1 hour', $6, $7, now())""",
            slot,
            centre,
            starts.date(),
            starts,
            self.now() + timedelta(days=given.get("opens", -1)),
            capacity,
            int(given.get("accessible", 0)),
        )
        return slot

    async def end_holds(self) -> None:
        """As if the time to pay were over."""
        await self.run(
            """UPDATE seat SET held_until = now() - interval '1 second'
               WHERE state IN ('held', 'offered')"""
        )
        await self.app[SEATS].sweep()


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({"": given.get("action", "")})
        elif tag == "input" and self.found and given.get("name"):
            self.found[-1][given["name"]] = given.get("value", "")


def forms_of(page: str, action: str) -> list[dict[str, str]]:
    """The fields of the page's forms that go there, but for the token."""
    parser = _Forms()
    parser.feed(page)
    return [
        {name: it for name, it in form.items() if name not in ("", "csrf_token")}
        for form in parser.found
        if form[""] == action
    ]
