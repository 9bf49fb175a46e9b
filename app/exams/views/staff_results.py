"""Results for admins: the list, CSV, one result, holding, releasing, revoking."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from app.accounts.domain.people import Identity, Role, normalise_srn
from app.accounts.views.guard import for_role
from app.accounts.views.kit import page
from app.accounts.views.login import FIELD_MAX
from app.accounts.views.steps import form_for
from app.adapters.bodies import Body, read_form
from app.adapters.http import see_other
from app.adapters.openapi import takes
from app.adapters.sheets import sheet
from app.exams.domain.grading import shown
from app.exams.domain.results import Result, State
from app.exams.service.results import EVENTS_PAGE
from app.exams.store.results import Wanted
from app.exams.views.certificates import CERTIFICATES, pdf_of
from app.exams.views.results import ENDED, RESULTS, WORDS, bars, exam_in, line
from app.kernel.ids import ExamId
from app.kernel.refusals import Refusal

STAFF_PATH = "/staff/results"
FILTERS = ("module", "srn", "since", "till", "state")
COLUMNS = (
    *("exam", "module", "title", "srn", "name", "started_at", "ended_at"),
    *("ended_why", "state", "points", "of_points", "percent", "pass_mark", "passed"),
    *(
        "gradings",
        "open_incidents",
        "waiting_looks",
        "to_rule",
        "held_why",
        "annulled_why",
        "certificate",
        "revoked_at",
    ),
)


class BadFilter(Refusal):
    """Give days as 2026-11-28, and a state and a module of the list."""


class ReasonForm(Body):
    reason: str = Field(max_length=FIELD_MAX)


def routes() -> list[web.RouteDef]:
    one = f"{STAFF_PATH}/{{exam}}"
    return [
        web.get(STAFF_PATH, show_list),
        web.get(f"{STAFF_PATH}.csv", export),
        web.get(one, show_case),
        web.post(f"{one}/hold", hold),
        web.post(f"{one}/release", release),
        web.get(f"{one}/certificate.pdf", download),
        web.post(f"{one}/certificate/revoke", revoke),
    ]


@for_role(Role.ADMIN)
async def show_list(request: web.Request, who: Identity) -> web.StreamResponse:
    """Tests that have ended, the newest first; by module, student, period, state."""
    wanted, state = _asked(request, who)
    results, zone = request.app[RESULTS], ZoneInfo(who.time_zone)
    found = await results.listed(wanted, state)
    chosen = {name: request.query.get(name, "") for name in FILTERS}
    return page(
        request,
        "exams/staff_results.html",
        None,
        lines=[(line(it, zone), it) for it in found.results],
        shown=shown,
        after=found.after,
        chosen=chosen,
        states={state: word for state, (word, _) in WORDS.items()},
        modules=await results.modules(),
    )


@for_role(Role.ADMIN)
async def export(request: web.Request, who: Identity) -> web.StreamResponse:
    """All that the filters find, as CSV: exact, times in UTC."""
    wanted, state = _asked(request, who)
    rows = [
        _row(it)
        async for it in request.app[RESULTS].each(wanted)
        if state in (None, it.state)
    ]
    headers = {"Content-Disposition": 'attachment; filename="results.csv"'}
    return web.Response(
        text=sheet(COLUMNS, rows),
        content_type="text/csv",
        charset="utf-8",
        headers=headers,
    )


def _row(it: Result) -> dict[str, object]:
    """Of staff's: the figures of what is held too."""
    sat, grade, certificate = it.sat, it.sat.grade, it.sat.certificate
    row: dict[str, object] = {
        "exam": sat.exam,
        "module": sat.module,
        "title": sat.title,
        "srn": sat.srn,
        "name": sat.name,
        "started_at": _at(sat.started_at),
        "ended_at": _at(sat.ended_at),
        "ended_why": sat.ended_why or "",
        "state": it.state,
        "pass_mark": sat.pass_mark,
        "gradings": sat.gradings,
        "open_incidents": it.undecided.open_incidents,
        "waiting_looks": it.undecided.looks,
        "to_rule": it.unruled,
        "held_why": sat.hold.why if sat.hold else "",
        "annulled_why": it.annulled_why,
    }
    if grade:
        row |= {
            "points": grade.points,
            "of_points": grade.of_points,
            "percent": f"{grade.percent:f}",
            "passed": "yes" if grade.passed else "no",
        }
    if certificate:
        row |= {
            "certificate": certificate.name,
            "revoked_at": _at(certificate.revoked_at),
        }
    return row


def _at(when: datetime | None) -> str:
    if when is None:
        return ""
    return when.astimezone(UTC).replace(tzinfo=None).isoformat("T", "seconds") + "Z"


def _asked(request: web.Request, who: Identity) -> tuple[Wanted, State | None]:
    """Of the address. Raises BadFilter."""
    query, zone = request.query, ZoneInfo(who.time_zone)
    try:
        after, state = query.get("after"), query.get("state")
        till = _day(query.get("till", ""), zone, timedelta(days=1))
        wanted = Wanted(
            module=query.get("module", ""),
            srn=normalise_srn(query.get("srn", "")),
            since=_day(query.get("since", ""), zone),
            till=till,
            before=ExamId(UUID(after)) if after else None,
        )
        return wanted, State(state) if state else None
    except (ValueError, OverflowError) as error:
        raise BadFilter from error


def _day(text: str, zone: ZoneInfo, later: timedelta = timedelta()) -> datetime | None:
    if not text:
        return None
    day = date.fromisoformat(text) + later
    return datetime.combine(day, time(), zone).astimezone(UTC)


@for_role(Role.ADMIN)
async def show_case(request: web.Request, who: Identity) -> web.StreamResponse:
    """One result: figures, gradings, holds, what the browser told, incidents."""
    return await case_page(request, who)


async def case_page(
    request: web.Request, who: Identity, refusal: Refusal | None = None
) -> web.StreamResponse:
    results, exam = request.app[RESULTS], exam_in(request)
    case = await results.case(exam)
    it, pages = case.result, -(-case.told.total // EVENTS_PAGE)
    events_page = _page_of(request, pages)
    return page(
        request,
        "exams/staff_result.html",
        refusal,
        case=case,
        events=await results.events(exam, events_page),
        events_page=events_page,
        events_pages=pages,
        it=it,
        sat=it.sat,
        line=line(it, ZoneInfo(who.time_zone)),
        bars=bars(it),
        shown=shown,
        ended=ENDED.get(it.sat.ended_why or "", ""),
        states=State,
    )


def _page_of(request: web.Request, pages: int) -> int:
    """Of the list of events; what makes no sense is the first."""
    asked = request.query.get("events", "")[:6]
    return min(int(asked), max(1, pages)) if asked.isdecimal() and int(asked) else 1


@for_role(Role.ADMIN, proved=True)
@takes(form=ReasonForm)
@form_for(case_page)
async def hold(request: web.Request, who: Identity) -> web.StreamResponse:
    """Nobody reads the result till it is released; the student reads why."""
    form, exam = await read_form(request, ReasonForm), exam_in(request)
    await request.app[RESULTS].hold(who, exam, form.reason)
    return _back(exam)


@for_role(Role.ADMIN, proved=True)
@takes(form=ReasonForm)
@form_for(case_page)
async def release(request: web.Request, who: Identity) -> web.StreamResponse:
    """Told now, unless an incident is open still."""
    form, exam = await read_form(request, ReasonForm), exam_in(request)
    await request.app[RESULTS].release(who, exam, form.reason)
    return _back(exam)


@for_role(Role.ADMIN)
async def download(request: web.Request, who: Identity) -> web.StreamResponse:
    """A student's certificate, as they have it."""
    found = await request.app[CERTIFICATES].of_exam(exam_in(request))
    return await pdf_of(request, found)


@for_role(Role.ADMIN, proved=True)
@takes(form=ReasonForm)
@form_for(case_page)
async def revoke(request: web.Request, who: Identity) -> web.StreamResponse:
    """For good: whoever checks the certificate reads that it is revoked."""
    form, exam = await read_form(request, ReasonForm), exam_in(request)
    await request.app[CERTIFICATES].revoke(who, exam, form.reason)
    return _back(exam)


def _back(exam: ExamId) -> web.Response:
    return see_other(f"{STAFF_PATH}/{exam}?said=done")
