"""A student's results: all goes by module, one result, a line for the dashboard."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web

from app.accounts.domain.people import Identity, Role
from app.accounts.views.guard import CLOCK, for_role
from app.accounts.views.kit import page
from app.exams.domain.grading import shown
from app.exams.domain.results import NoSuchExam, Result, State, may_go_again
from app.exams.service.results import Results
from app.kernel.ids import AccountId, ExamId

RESULTS = web.AppKey("results", Results)
MINE: web.RequestKey[list[Result]] = web.RequestKey("results_of_who_asks")
RESULTS_PATH = "/results"
ON_DASHBOARD = 3
WORDS = {
    State.WAITING: ("not ended yet", "wait"),
    State.UNBEGUN: ("not begun", "wait"),
    State.HELD: ("held", "wait"),
    State.PASSED: ("passed", "good"),
    State.FAILED: ("not passed", "bad"),
    State.ANNULLED: ("annulled", "bad"),
}
EMPTY = ("does not count", "wait")
ENDED = {
    "handed_in": "handed in",
    "deadline": "ended with its time",
    "proctor": "ended by a proctor",
    "left_paused": "ended after a pause that nobody lifted",
    "never_begun": "never begun",
}


def routes() -> list[web.RouteDef]:
    return [
        web.get(RESULTS_PATH, show_results),
        web.get(f"{RESULTS_PATH}/{{exam}}", show_result),
    ]


async def mine_of(request: web.Request, account: AccountId) -> list[Result]:
    """All goes of who asks, the newest first: read once, however many parts of a page
    tell of them."""
    if MINE not in request:
        request[MINE] = await request.app[RESULTS].mine(account)
    return request[MINE]


@for_role(Role.STUDENT)
async def show_results(request: web.Request, who: Identity) -> web.StreamResponse:
    """Every go at every test, by module."""
    mine, zone = await mine_of(request, who.account), ZoneInfo(who.time_zone)
    return page(request, "exams/results.html", None, modules=_by_module(mine, zone))


def _by_module(
    mine: Sequence[Result], zone: ZoneInfo
) -> list[tuple[str, list[dict[str, object]]]]:
    """The module of the newest go first."""
    order = list(dict.fromkeys(it.sat.module for it in mine))
    by_module = sorted(mine, key=lambda it: order.index(it.sat.module))
    return [
        (goes[0].sat.title, [line(it, zone) for it in goes])
        for goes in (
            list(some) for _, some in groupby(by_module, lambda it: it.sat.module)
        )
    ]


@for_role(Role.STUDENT)
async def show_result(request: web.Request, who: Identity) -> web.StreamResponse:
    """Score, parts, passed or not, and what comes next; nothing while it is held."""
    results, zone = request.app[RESULTS], ZoneInfo(who.time_zone)
    it = await results.result_of(who.account, exam_in(request))
    goes = [
        line(go, zone)
        for go in await mine_of(request, who.account)
        if go.sat.module == it.sat.module
    ]
    return page(
        request,
        "exams/result.html",
        None,
        it=it,
        line=line(it, zone),
        bars=bars(it),
        goes=goes,
        cooling_till=it.cooling_till(request.app[CLOCK].now()),
        has_passed=any(go["state"] == State.PASSED for go in goes),
        is_remote=await results.is_remote(it.sat.module),
        ended=ENDED.get(it.sat.ended_why or "", ""),
    )


async def on_dashboard(request: web.Request, who: Identity) -> Mapping[str, object]:
    """The newest goes, for "exams/dashboard_results.html"."""
    mine, zone = await mine_of(request, who.account), ZoneInfo(who.time_zone)
    now, newest = request.app[CLOCK].now(), {it.sat.module: it for it in mine[::-1]}
    return {
        "passed": {it.sat.module for it in mine if it.state is State.PASSED},
        "settled_tests": {it for it in newest if not may_go_again(mine, it, now)},
        "results": [
            {
                **line(it, zone),
                "again": newest[it.sat.module] is it
                and may_go_again(mine, it.sat.module, now),
            }
            for it in mine[:ON_DASHBOARD]
        ],
    }


def line(it: Result, zone: ZoneInfo) -> dict[str, object]:
    """One go in a list: `word` and `tone` of its state, `when` in the reader's time."""
    word, tone = EMPTY if it.is_empty else WORDS[it.state]
    grade = it.grade
    return {
        "exam": it.sat.exam,
        "module": it.sat.module,
        "title": it.sat.title,
        "when": in_words(it.sat.ended_at or it.sat.drawn_at, zone),
        "state": it.state,
        "word": word,
        "tone": tone,
        "percent": shown(grade.percent) if grade and not grade.is_empty else "",
        "certificate": it.sat.certificate,
    }


def in_words(at: datetime, zone: ZoneInfo) -> str:
    """29 Nov 2026, 07:45."""
    there = at.astimezone(zone)
    return f"{there.day} {there:%b %Y, %H:%M}"


def bars(it: Result) -> list[dict[str, object]]:
    """Of each part how much was right, in percent of its length."""
    grade = it.grade
    if grade is None:
        return []
    return [
        {
            "tag": tag or "Other questions",
            "points": share.points,
            "of_points": share.of_points,
            "width": f"{100 * share.points / share.of_points:.1f}",
        }
        for tag, share in sorted(grade.by_tag.items())
    ]


def exam_in(request: web.Request) -> ExamId:
    """Of the path. Raises NoSuchExam."""
    try:
        return ExamId(UUID(request.match_info["exam"]))
    except ValueError as error:
        raise NoSuchExam from error
