"""A student's own hours: the statement as page, CSV and PDF; statements by mail."""

import asyncio
import re
from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.adapters.signing import Signer
from app.kernel.ids import AccountId
from app.kernel.refusals import Refusal
from app.learning.views.kit import LEARNING
from app.proctoring.ledger import shown
from app.proctoring.ledger.domain import Statement, seconds_in_words
from app.proctoring.ledger.mailing import Mailing
from app.proctoring.ledger.paper import pdf
from app.proctoring.ledger.service import Ledger
from app.proctoring.ledger.sheet import sealed_sheet

LEDGER = web.AppKey("ledger", Ledger)
MAILING = web.AppKey("mailing", Mailing)
SIGNER = web.AppKey("ledger_signer", Signer)
PRESS = web.AppKey("press", asyncio.Semaphore)
"""One PDF is drawn at a time: it takes a whole core for tenths of a second."""
HOURS_PATH, MAIL_PATH = "/hours", "/hours/mail"


class MailForm(Body):
    wanted: bool


def routes() -> list[web.RouteDef]:
    return [
        web.get(HOURS_PATH, show_hours),
        web.get(f"{HOURS_PATH}.csv", download_csv),
        web.get(f"{HOURS_PATH}.pdf", download_pdf),
        web.get(MAIL_PATH, show_mail),
        web.post(MAIL_PATH, set_mail),
    ]


@for_role(Role.STUDENT)
async def show_hours(request: web.Request, who: Identity) -> web.StreamResponse:
    """Every stretch of a month with why it counted or did not; `month` as 2026-01."""
    wanted = await request.app[MAILING].is_wanted(who.account)
    context = await statement_context(request, who.account)
    return page(request, "hours/statement.html", None, **context, by_mail=wanted)


async def statement_context(
    request: web.Request, account: AccountId
) -> dict[str, object]:
    """What the table of a statement needs, in the student's own time."""
    statement = await request.app[LEDGER].statement(account)
    titles = await request.app[LEARNING].topic_titles()
    zone = ZoneInfo(statement.time_zone)
    months = shown.months_of(statement, zone)
    month = _chosen(request.query.get("month", ""), months)
    at = months.index(month) if month else 0
    return {
        "statement": statement,
        "as_of": statement.as_of.astimezone(zone),
        "lines": shown.lines(statement, month, zone, titles),
        "corrections": shown.corrections(statement, zone),
        "month": month,
        "newer": months[at - 1] if at else None,
        "older": months[at + 1] if at + 1 < len(months) else None,
        "in_words": seconds_in_words,
    }


def _chosen(text: str, months: list[date]) -> date | None:
    """The month that was asked for, if it has stretches; else the newest."""
    if re.fullmatch(r"\d{4}-\d{2}", text):
        for month in months:
            if f"{month:%Y-%m}" == text:
                return month
    return months[0] if months else None


@for_role(Role.STUDENT)
async def download_csv(request: web.Request, who: Identity) -> web.StreamResponse:
    """The whole statement, exact and signed."""
    _, sealed, _ = await _sealed(request, who.account)
    return _file(sealed, "text/csv", f"hours-{who.srn}.csv", charset="utf-8")


@for_role(Role.STUDENT)
async def download_pdf(request: web.Request, who: Identity) -> web.StreamResponse:
    """The whole statement on paper; the signed CSV is attached to it."""
    statement, sealed, titles = await _sealed(request, who.account)
    async with request.app[PRESS]:
        paper = await asyncio.to_thread(pdf, statement, titles, sealed)
    return _file(paper, "application/pdf", f"hours-{who.srn}.pdf")


async def _sealed(
    request: web.Request, account: AccountId
) -> tuple[Statement, bytes, Mapping[tuple[str, str], str]]:
    statement = await request.app[LEDGER].statement(account)
    titles = await request.app[LEARNING].topic_titles()
    return statement, sealed_sheet(statement, titles, request.app[SIGNER]), titles


def _file(
    body: bytes, kind: str, name: str, charset: str | None = None
) -> web.Response:
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    headers = {"Content-Disposition": f'attachment; filename="{plain}"'}
    return web.Response(body=body, content_type=kind, charset=charset, headers=headers)


@for_role(Role.STUDENT)
async def show_mail(request: web.Request, who: Identity) -> web.StreamResponse:
    """Whether a signed statement of each day comes by e-mail."""
    return await mail_page(request, who)


async def mail_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    wanted = await request.app[MAILING].is_wanted(who.account)
    return page(request, "hours/mail.html", refusal, wanted=wanted)


@for_role(Role.STUDENT)
@takes(form=MailForm)
@form_for(mail_page)
async def set_mail(request: web.Request, who: Identity) -> web.StreamResponse:
    """From today on, or no more; said twice, it is the same."""
    form = await read_form(request, MailForm)
    await request.app[MAILING].set_wanted(who, wanted=form.wanted)
    return see_other(f"{MAIL_PATH}?said=saved")


async def record(request: web.Request, who: Identity) -> Mapping[str, object]:
    """For the dashboard: `history` and `calendar`."""
    titles = await request.app[LEARNING].topic_titles()
    zone = ZoneInfo(who.time_zone)
    found = await request.app[LEDGER].record(who.account, zone, titles)
    return {
        "history": [
            {
                "at": it.part.since.astimezone(zone),
                "module": it.module,
                "topic": it.topic,
                "length": seconds_in_words(it.part.length_us),
                "tone": shown.TONES[it.part.state],
                "why": it.why,
                "looks": it.looks,
            }
            for it in found.history
        ],
        "calendar": found.calendar,
        "day_in_words": shown.day_in_words,
        "in_words": seconds_in_words,
    }
